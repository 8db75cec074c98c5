package dev.weir.protocol.auth;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.protocol.ProtocolViolation;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScramServerTest {
    private static final byte[] ENTROPY = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    private static final ScramSecret SECRET =
            ScramSecret.derive("open sesame", new byte[] {42, 43}, 2);
    private static final String NONCE = "abc" + Base64.getEncoder().encodeToString(ENTROPY);
    private static final String PROOF = Base64.getEncoder().encodeToString(new byte[32]);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    ``                  | The message is empty.
                    p=tls-unique,,n=,r=a | The client selected SCRAM-SHA-256 without channel binding, but the SCRAM message includes channel binding data.
                    x,,n=,r=a           | Unexpected channel-binding flag "'x'".
                    n                   | Comma expected, but found character "0x00".
                    n;,n=,r=a           | Comma expected, but found character "';'".
                    n,b=,n=,r=a         | Unexpected attribute "'b'" in client-first-message.
                    n,,r=a              | Expected attribute "n" but found "'r'".
                    n,,n                | Expected character "=" for attribute "n".
                    n,,n=               | Expected attribute "r" but found "0x00".
                    n,,n=,r=a,1=x       | Attribute expected, but found invalid character "'1'".
                    n,,n=,r=a,x         | Expected character "=" for attribute "x".
                    """)
    void refusesAMalformedFirstMessageInTheWordsOfPostgres(String message, String detail) {
        assertThatThrownBy(() -> first(message))
                .isInstanceOfSatisfying(
                        ProtocolViolation.class,
                        violation -> {
                            assertThat(violation).hasMessage("malformed SCRAM message");
                            assertThat(violation.detail()).isEqualTo(detail);
                        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                            n,a=root,n=,r=a | 0A000 | client uses authorization identity, but it is not supported
                    n,,m=x,n=,r=a | 0A000 | client requires an unsupported SCRAM extension
                    n,,n=,r=a\u007f | 08P01 | non-printable characters in SCRAM nonce
                    n,,n=,r=a b | 08P01 | non-printable characters in SCRAM nonce
                    """)
    void refusesWhatItDoesNotSupport(String message, String sqlState, String text) {
        assertThatThrownBy(() -> first(message))
                .isInstanceOfSatisfying(
                        ProtocolViolation.class,
                        violation -> assertThat(violation.sqlState()).isEqualTo(sqlState))
                .hasMessage(text);
    }

    @Test
    void refusesZeroBytesAndLongMessages() {
        assertThatThrownBy(() -> first("n,,n=,r=a\0")).isInstanceOf(ProtocolViolation.class);
        assertThat(first("n,,n=,r=" + "a".repeat(1_016))).isNotEmpty();
        assertThatThrownBy(() -> first("n,,n=,r=" + "a".repeat(1_017)))
                .isInstanceOf(ProtocolViolation.class);
    }

    @Test
    void extendsTheNonceAndNamesSaltAndIterations() {
        assertThat(first("n,,n=ignored,r=abc,x=an extension"))
                .isEqualTo("r=" + NONCE + ",s=Kis=,i=2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    c=eSws,r=NONCE,p=PROOF      | unexpected SCRAM channel-binding attribute in client-final-message
                    c=biws,r=NONCEx,p=PROOF     | invalid SCRAM response
                    c=biws,r=abc,p=PROOF        | invalid SCRAM response
                    c=biws,r=NONCE,p=PROO       | malformed SCRAM message
                    c=biws,r=NONCE,p=PROOF,     | nothing
                    c=biws,r=NONCE,p=PROOF,x=1  | malformed SCRAM message
                    c=biws,r=NONCE              | malformed SCRAM message
                    c=biws,r=NONCE,x=1          | malformed SCRAM message
                    r=NONCE,p=PROOF             | malformed SCRAM message
                    """)
    void refusesAMalformedFinalMessage(String template, String text) {
        ScramServer server = new ScramServer(SECRET, ENTROPY);
        server.first(bytes("n,,n=,r=abc"));
        byte[] message = bytes(template.replace("NONCE", NONCE).replace("PROOF", PROOF));
        if (text.equals("nothing")) {
            // As in PostgreSQL, a trailing comma is not an error. The proof is wrong all the same.
            assertThat(server.finish(message)).isNull();
        } else {
            assertThatThrownBy(() -> server.finish(message))
                    .isInstanceOf(ProtocolViolation.class)
                    .hasMessage(text);
        }
    }

    @Test
    void expectsTheFlagThatTheClientBeganWith() {
        ScramServer server = new ScramServer(SECRET, ENTROPY);
        server.first(bytes("y,,n=,r=abc"));
        assertThat(server.finish(bytes("c=eSws,r=" + NONCE + ",p=" + PROOF))).isNull();
    }

    @Test
    void playsOneExchangeOnly() {
        ScramServer server = new ScramServer(SECRET, ENTROPY);
        assertThatThrownBy(() -> server.finish(bytes("c=biws")))
                .isInstanceOf(IllegalStateException.class);
        server.first(bytes("n,,n=,r=abc"));
        assertThatThrownBy(() -> server.first(bytes("n,,n=,r=abc")))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void mocksTheSameSaltForAUserAsLongAsTheProcessLives() {
        byte[] process = {1, 2, 3};
        ScramSecret mock = ScramServer.mock("ghost", process);
        assertThat(mock).isEqualTo(ScramServer.mock("ghost", process));
        assertThat(mock.salt()).hasSize(ScramSecret.SALT_LENGTH);
        assertThat(mock.iterations()).isEqualTo(ScramSecret.ITERATIONS_DEFAULT);
        assertThat(mock.salt()).isNotEqualTo(ScramServer.mock("gh0st", process).salt());
        assertThat(mock.salt()).isNotEqualTo(ScramServer.mock("ghost", new byte[] {9}).salt());
        assertThat(ScramServer.mock("ghost", process, 7).iterations()).isEqualTo(7);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void anyBytesAreRefusedAsAViolationOrAWrongProof(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            ScramServer server = new ScramServer(SECRET, ENTROPY);
            try {
                server.first(mutated("n,,n=,r=abc", random));
                byte[] message = mutated("c=biws,r=" + NONCE + ",p=" + PROOF, random);
                assertThat(server.finish(message)).isNull();
            } catch (ProtocolViolation expected) {
                assertThat(expected.getMessage()).isNotEmpty();
            }
        }
    }

    private static byte[] mutated(String text, Random random) {
        byte[] bytes = bytes(text);
        for (int i = random.nextInt(3); i > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return bytes;
    }

    private static String first(String message) {
        return new String(new ScramServer(SECRET, ENTROPY).first(bytes(message)), ISO_8859_1);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }

    // --- channel binding ----------------------------------------------------------------------

    private static final ScramBinding CERTIFICATE = ScramBinding.endPoint(new byte[] {1, 2, 3});

    private static ScramServer offering(String mechanism) {
        return new ScramServer(SECRET, CERTIFICATE, mechanism, new byte[18]);
    }

    private static ScramClient client(ScramBinding binding) {
        return new ScramClient(new ScramPassword("open sesame"), binding, 10_000, new byte[18]);
    }

    @Test
    void offersPlusOnlyWithSomethingToBindTo() {
        assertThat(ScramServer.mechanisms(CERTIFICATE))
                .containsExactly("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256");
        assertThat(ScramServer.mechanisms(ScramBinding.NONE)).containsExactly("SCRAM-SHA-256");
        assertThatThrownBy(() ->
                        new ScramServer(
                                SECRET, ScramBinding.NONE, "SCRAM-SHA-256-PLUS", new byte[18]))
                .hasMessage("client selected an invalid SASL authentication mechanism");
    }

    @Test
    void acceptsWhoIsBoundToTheSameCertificate() {
        ScramServer server = offering("SCRAM-SHA-256-PLUS");
        ScramClient client = client(CERTIFICATE);
        byte[] last = server.finish(client.finish(server.first(client.first())));
        assertThat(last).isNotNull();
        client.verify(last);
    }

    @Test
    void refusesWhoIsBoundToTheCertificateOfSomebodyInBetween() {
        ScramServer server = offering("SCRAM-SHA-256-PLUS");
        ScramClient client = client(ScramBinding.endPoint(new byte[] {3, 2, 1}));
        byte[] proof = client.finish(server.first(client.first()));
        assertThatThrownBy(() -> server.finish(proof))
                .hasMessage("SCRAM channel binding check failed")
                .extracting("sqlState")
                .isEqualTo("28000");
    }

    @Test
    void refusesAClientFromWhichTheOfferWasHidden() {
        byte[] first = client(ScramBinding.NOT_OFFERED).first();
        assertThatThrownBy(() -> offering("SCRAM-SHA-256").first(first))
                .hasMessage("SCRAM channel binding negotiation error");
    }

    @Test
    void acceptsAClientThatCannotBind() {
        ScramServer server = offering("SCRAM-SHA-256");
        ScramClient client = client(ScramBinding.NONE);
        assertThat(server.finish(client.finish(server.first(client.first())))).isNotNull();
    }

    @Test
    void refusesAMechanismThatIsNotTheFlags() {
        byte[] without = client(ScramBinding.NONE).first();
        assertThatThrownBy(() -> offering("SCRAM-SHA-256-PLUS").first(without))
                .hasMessage("malformed SCRAM message");
        byte[] with = client(CERTIFICATE).first();
        assertThatThrownBy(() -> offering("SCRAM-SHA-256").first(with))
                .hasMessage("malformed SCRAM message");
        byte[] unique = "p=tls-unique,,n=,r=abc".getBytes(ISO_8859_1);
        assertThatThrownBy(() -> offering("SCRAM-SHA-256-PLUS").first(unique))
                .hasMessage("unsupported SCRAM channel-binding type");
    }
}
