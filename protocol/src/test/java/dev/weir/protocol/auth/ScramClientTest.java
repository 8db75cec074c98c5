package dev.weir.protocol.auth;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.protocol.ProtocolViolation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScramClientTest {
    private static final byte[] ENTROPY = {1, 2, 3};
    private static final String NONCE = "AQID";
    private static final byte[] SALT = {5, 6, 7};

    @ParameterizedTest
    @ValueSource(strings = {"pencil", "", "J\u00fcrg \u2168", "\ud83d\ude00\u00aa", "\u0007"})
    void logsInWithThePasswordOfTheSecret(String password) {
        ScramSecret secret = ScramSecret.derive(password, SALT, 3);
        ScramServer server = new ScramServer(secret, new byte[] {8});
        assertThat(logsIn(new ScramClient(password, ENTROPY), server)).isTrue();
        assertThat(Sha256.hash(server.clientKey())).isEqualTo(secret.storedKey());
    }

    @Test
    void doesNotLogInWithAnotherPassword() {
        ScramSecret secret = ScramSecret.derive("pencil", SALT, 3);
        ScramServer server = new ScramServer(secret, new byte[] {8});
        assertThat(logsIn(new ScramClient("Pencil", ENTROPY), server)).isFalse();
    }

    @Test
    void doesNotLogInToAMock() {
        ScramSecret mock = ScramServer.mock("ghost", new byte[] {1});
        assertThat(logsIn(new ScramClient("", ENTROPY), new ScramServer(mock, ENTROPY))).isFalse();
    }

    @Test
    void passesThroughWhatTheClientProved() {
        ScramSecret secret = ScramSecret.derive("pencil", SALT, 3);
        ScramServer weir = new ScramServer(secret, new byte[] {8});
        assertThat(logsIn(new ScramClient("pencil", ENTROPY), weir)).isTrue();
        ScramClient onward = ScramClient.passThrough(weir.clientKey(), secret, new byte[] {9});
        assertThat(logsIn(onward, new ScramServer(secret, new byte[] {10}))).isTrue();
    }

    @Test
    void doesNotPassThroughToAServerWithAnotherSecret() {
        ScramSecret secret = ScramSecret.derive("pencil", SALT, 3);
        byte[] key = ScramKeys.derive("pencil", SALT, 3).clientKey();
        ScramClient onward = ScramClient.passThrough(key, secret, ENTROPY);
        ScramSecret other = ScramSecret.derive("pencil", new byte[] {1}, 3);
        assertThatThrownBy(() -> logsIn(onward, new ScramServer(other, ENTROPY)))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessageContaining("differs");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    ``                        | malformed SCRAM message
                    m=x,r=AQIDx,s=QQ==,i=1    | server requires an unsupported SCRAM extension
                    r=AQID,s=QQ==,i=1         | invalid SCRAM response (nonce mismatch)
                    r=aqidx,s=QQ==,i=1        | invalid SCRAM response (nonce mismatch)
                    r=xAQID,s=QQ==,i=1        | invalid SCRAM response (nonce mismatch)
                    r=AQID x,s=QQ==,i=1       | invalid SCRAM response (nonce mismatch)
                    r=AQIDx,s=Q,i=1           | malformed SCRAM message (invalid salt)
                    r=AQIDx,s=,i=1            | malformed SCRAM message (invalid salt)
                    r=AQIDx,s=QQ==,i=0        | malformed SCRAM message (invalid iteration count)
                    r=AQIDx,s=QQ==,i=-1       | malformed SCRAM message (invalid iteration count)
                    r=AQIDx,s=QQ==,i=1x       | malformed SCRAM message (invalid iteration count)
                    r=AQIDx,s=QQ==,i=1000001  | malformed SCRAM message (invalid iteration count)
                    r=AQIDx,s=QQ==,i=2147483648 | malformed SCRAM message (invalid iteration count)
                    r=AQIDx,s=QQ==,i=99999999999 | malformed SCRAM message (invalid iteration count)
                    r=AQIDx,s=QQ==            | malformed SCRAM message
                    r=AQIDx,s=QQ==,i=1,garbage | malformed SCRAM message
                    """)
    void refusesAMalformedChallenge(String serverFirst, String text) {
        ScramClient client = new ScramClient("pencil", ENTROPY);
        assertThat(client.first()).isEqualTo(bytes("n,,n=,r=" + NONCE));
        assertThatThrownBy(() -> client.finish(bytes(serverFirst)))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessage(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    e=invalid-proof | error received from server in SCRAM exchange: invalid-proof
                    e=a b           | error received from server in SCRAM exchange: (not printable)
                    v=QQ==          | malformed SCRAM message (invalid server signature)
                    v=Q             | malformed SCRAM message (invalid server signature)
                    x=QQ==          | malformed SCRAM message
                    """)
    void refusesAServerThatProvesNothing(String serverFinal, String text) {
        ScramClient client = new ScramClient("pencil", ENTROPY);
        client.first();
        client.finish(bytes("r=AQIDx,s=QQ==,i=1"));
        assertThatThrownBy(() -> client.verify(bytes(serverFinal)))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessage(text);
    }

    @Test
    void doesNotVerifyBeforeItHasProved() {
        ScramClient client = new ScramClient("pencil", ENTROPY);
        assertThatThrownBy(() -> client.verify(bytes("v=")))
                .isInstanceOf(IllegalStateException.class);
        assertThat(client).hasToString("ScramClient[NEW]");
    }

    private static boolean logsIn(ScramClient client, ScramServer server) {
        byte[] proof = client.finish(server.first(client.first()));
        byte[] serverFinal = server.finish(proof);
        if (serverFinal == null) {
            return false;
        }
        client.verify(serverFinal);
        return true;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }
}
