package dev.weir.protocol.auth;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.protocol.ProtocolViolation;
import java.util.Base64;
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
        assertThat(logsIn(new ScramClient(new ScramPassword(password), ENTROPY), server)).isTrue();
        assertThat(Sha256.hash(server.clientKey())).isEqualTo(secret.storedKey());
    }

    @Test
    void doesNotLogInWithAnotherPassword() {
        ScramSecret secret = ScramSecret.derive("pencil", SALT, 3);
        ScramServer server = new ScramServer(secret, new byte[] {8});
        assertThat(logsIn(new ScramClient(new ScramPassword("Pencil"), ENTROPY), server)).isFalse();
    }

    @Test
    void doesNotLogInToAMock() {
        ScramSecret mock = ScramServer.mock("ghost", new byte[] {1});
        assertThat(
                        logsIn(
                                new ScramClient(new ScramPassword(""), ENTROPY),
                                new ScramServer(mock, ENTROPY)))
                .isFalse();
    }

    @Test
    void passesThroughWhatTheClientProved() {
        ScramSecret secret = ScramSecret.derive("pencil", SALT, 3);
        ScramServer weir = new ScramServer(secret, new byte[] {8});
        assertThat(logsIn(new ScramClient(new ScramPassword("pencil"), ENTROPY), weir)).isTrue();
        ScramClient onward =
                new ScramClient(new RevealedKey(secret, weir.clientKey()), new byte[] {9});
        assertThat(logsIn(onward, new ScramServer(secret, new byte[] {10}))).isTrue();
    }

    @Test
    void doesNotPassThroughToAServerWithAnotherSecret() {
        ScramSecret secret = ScramSecret.derive("pencil", SALT, 3);
        ScramClient onward = new ScramClient(RevealedKey.of(secret, "pencil"), ENTROPY);
        ScramSecret other = ScramSecret.derive("pencil", new byte[] {1}, 3);
        assertThatThrownBy(() -> logsIn(onward, new ScramServer(other, ENTROPY)))
                .isInstanceOf(RevealedKey.Mismatch.class)
                .hasMessageContaining("differs");
    }

    @Test
    void derivesOnceForOneSalt() {
        ScramPassword password = new ScramPassword("pencil");
        ScramKeys first = password.keys(SALT, 3);
        assertThat(password.keys(SALT.clone(), 3)).isSameAs(first);
        assertThat(password.keys(SALT, 4)).isNotSameAs(first);
        assertThat(password.keys(new byte[] {1}, 4).serverKey()).isNotEqualTo(first.serverKey());
    }

    @Test
    void printsNoSecret() {
        ScramSecret secret = ScramSecret.derive("pencil", SALT, 3);
        assertThat(new ScramPassword("pencil")).hasToString("ScramPassword");
        assertThat(RevealedKey.of(secret, "pencil")).hasToString("RevealedKey");
        assertThat(RevealedKey.of(secret, "pencil").isSame(RevealedKey.of(secret, "pencil")))
                .isTrue();
        assertThat(RevealedKey.of(secret, "pencil").isSame(RevealedKey.of(secret, "pen")))
                .isFalse();
    }

    /** What PostgreSQL checks in the header: RFC 5802, section 7. */
    @Test
    void bindsToTheCertificateOfTheServer() {
        ScramKeySource password = new ScramPassword("pencil");
        ScramBinding binding = ScramBinding.endPoint(new byte[] {7, 7});
        ScramClient client = new ScramClient(password, binding, 10, ENTROPY);
        assertThat(binding.mechanism()).isEqualTo("SCRAM-SHA-256-PLUS");
        assertThat(client.first()).isEqualTo(bytes("p=tls-server-end-point,,n=,r=" + NONCE));
        String bound = Base64.getEncoder().encodeToString(bytes("p=tls-server-end-point,,\7\7"));
        assertThat(new String(client.finish(bytes("r=AQIDx,s=QQ==,i=1")), ISO_8859_1))
                .startsWith("c=" + bound + ",r=AQIDx,p=");
        assertThat(ScramBinding.NOT_OFFERED.mechanism()).isEqualTo("SCRAM-SHA-256");
        assertThat(new ScramClient(password, ScramBinding.NOT_OFFERED, 10, ENTROPY).first())
                .isEqualTo(bytes("y,,n=,r=" + NONCE));
    }

    @Test
    void limitsTheWorkThatAServerMayAskFor() {
        ScramClient client =
                new ScramClient(new ScramPassword("x"), ScramBinding.NONE, 4096, ENTROPY);
        client.first();
        assertThatThrownBy(() -> client.finish(bytes("r=AQIDx,s=QQ==,i=4097")))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessage("SCRAM iteration count of the server: 4097 (expected: at most 4096)");
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
                    r=AQIDx,s=QQ==,i=1000001  | SCRAM iteration count of the server: 1000001 (expected: at most 1000000)
                    r=AQIDx,s=QQ==,i=2147483648 | SCRAM iteration count of the server: 2147483648 (expected: at most 1000000)
                    r=AQIDx,s=QQ==,i=99999999999 | SCRAM iteration count of the server: 99999999999 (expected: at most 1000000)
                    r=AQIDx,s=QQ==            | malformed SCRAM message
                    r=AQIDx,s=QQ==,i=1,garbage | malformed SCRAM message
                    """)
    void refusesAMalformedChallenge(String serverFirst, String text) {
        ScramClient client = new ScramClient(new ScramPassword("pencil"), ENTROPY);
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
        ScramClient client = new ScramClient(new ScramPassword("pencil"), ENTROPY);
        client.first();
        client.finish(bytes("r=AQIDx,s=QQ==,i=1"));
        assertThatThrownBy(() -> client.verify(bytes(serverFinal)))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessage(text);
    }

    @Test
    void doesNotVerifyBeforeItHasProved() {
        ScramClient client = new ScramClient(new ScramPassword("pencil"), ENTROPY);
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
