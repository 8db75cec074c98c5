package dev.weir.protocol.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.protocol.ProtocolViolation;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** The example of RFC 7677, section 3, from both ends. */
class ScramExampleTest {
    private static final String CLIENT_NONCE = "rOprNGfwEbeRWgbNEkqO";
    private static final String SERVER_NONCE = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    private static final String SALT = "W22ZaJ0SNY7soEsUEjb6gQ==";
    private static final String CLIENT_FIRST = "n,,n=user,r=" + CLIENT_NONCE;
    private static final String SERVER_FIRST =
            "r=" + CLIENT_NONCE + SERVER_NONCE + ",s=" + SALT + ",i=4096";
    private static final String CLIENT_FINAL =
            "c=biws,r="
                    + CLIENT_NONCE
                    + SERVER_NONCE
                    + ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
    private static final String SERVER_FINAL = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

    @Test
    void theServerSaysWhatTheExampleSays() {
        ScramServer server = new ScramServer(secret("pencil"), SERVER_NONCE);
        assertThat(server.first(ascii(CLIENT_FIRST))).isEqualTo(ascii(SERVER_FIRST));
        assertThat(server.finish(ascii(CLIENT_FINAL))).isEqualTo(ascii(SERVER_FINAL));
    }

    @Test
    void theClientSaysWhatTheExampleSays() {
        ScramClient client = ScramClient.ofExample("user", "pencil", CLIENT_NONCE);
        assertThat(client.first()).isEqualTo(ascii(CLIENT_FIRST));
        assertThat(client.finish(ascii(SERVER_FIRST))).isEqualTo(ascii(CLIENT_FINAL));
        client.verify(ascii(SERVER_FINAL));
    }

    @Test
    void theServerRefusesAnotherPassword() {
        ScramServer server = new ScramServer(secret("pencils"), SERVER_NONCE);
        server.first(ascii(CLIENT_FIRST));
        assertThat(server.finish(ascii(CLIENT_FINAL))).isNull();
        assertThatThrownBy(server::clientKey).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theClientRefusesAServerThatDoesNotKnowTheSecret() {
        ScramClient client = ScramClient.ofExample("user", "pencil", CLIENT_NONCE);
        client.first();
        client.finish(ascii(SERVER_FIRST));
        String forged = "v=" + Base64.getEncoder().encodeToString(new byte[32]);
        assertThatThrownBy(() -> client.verify(ascii(forged)))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessage("incorrect server signature");
    }

    private static ScramSecret secret(String password) {
        return ScramSecret.derive(password, Base64.getDecoder().decode(SALT), 4096);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
