package dev.weir.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.pgkit.ServerError;
import dev.weir.support.Rig;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A server that asks for more than PostgreSQL does, or proves nothing. */
class HostileAuthenticationIT {
    private static final byte[] SASL = authentication(10, "SCRAM-SHA-256\0\0");
    private static final String SALT = "c2FsdHNhbHRzYWx0c2FsdA==";

    /** What Weir sent, as text. */
    private final List<String> heard = new CopyOnWriteArrayList<>();

    static Stream<Arguments> challenges() {
        return Stream.of(
                Arguments.of("i=2147483648", "SCRAM iteration count of the server: 2147483648"),
                Arguments.of("i=1000001", "SCRAM iteration count of the server: 1000001"),
                Arguments.of("i=0", "malformed SCRAM message (invalid iteration count)"),
                Arguments.of("i=-5", "malformed SCRAM message (invalid iteration count)"),
                Arguments.of("i=many", "malformed SCRAM message (invalid iteration count)"),
                Arguments.of("", "malformed SCRAM message"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("challenges")
    void aChallengeThatCostsTooMuchIsRefused(String iterations, String error) {
        try (ScriptedServer server =
                        new ScriptedServer((in, out) -> {
                            out.write(SASL);
                            String nonce = nonce(read(in));
                            out.write(
                                    authentication(
                                            11, "r=" + nonce + "x,s=" + SALT + "," + iterations));
                            in.read();
                        });
                Rig rig = rig(server)) {
            assertThatThrownBy(() -> rig.client("bob", "app"))
                    .isInstanceOf(ServerError.class)
                    .hasMessageContaining(error);
        }
    }

    @Test
    void aNonceThatIsNotOursIsRefused() {
        try (ScriptedServer server =
                        new ScriptedServer((in, out) -> {
                            out.write(SASL);
                            read(in);
                            out.write(authentication(11, "r=another,s=" + SALT + ",i=4096"));
                            in.read();
                        });
                Rig rig = rig(server)) {
            assertThatThrownBy(() -> rig.client("bob", "app"))
                    .hasMessageContaining("invalid SCRAM response (nonce mismatch)");
        }
    }

    static Stream<Arguments> proofs() {
        return Stream.of(
                Arguments.of(
                        "a wrong signature",
                        authentication(12, "v=" + "A".repeat(43) + "="),
                        "incorrect server signature"),
                Arguments.of(
                        "no signature",
                        authentication(0, ""),
                        "AuthenticationOk of a server that has not proved itself"),
                Arguments.of(
                        "an error",
                        authentication(12, "e=other-error"),
                        "error received from server in SCRAM exchange: other-error"),
                Arguments.of(
                        "another demand",
                        authentication(3, ""),
                        "the server asks for a second proof: plain-text"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("proofs")
    void aServerThatProvesNothingIsRefused(String name, byte[] end, String error) {
        try (ScriptedServer server =
                        new ScriptedServer((in, out) -> {
                            out.write(SASL);
                            String nonce = nonce(read(in));
                            out.write(authentication(11, "r=" + nonce + "x,s=" + SALT + ",i=4096"));
                            read(in);
                            out.write(end);
                            if (end.length == 9) {
                                out.write(HostileAuthenticationIT.welcome());
                            }
                            in.read();
                        });
                Rig rig = rig(server)) {
            assertThatThrownBy(() -> rig.client("bob", "app")).hasMessageContaining(error);
            assertThat(heard).noneMatch(said -> said.contains("secret"));
        }
    }

    @Test
    void noPasswordGoesOutInClearText() {
        try (ScriptedServer server =
                        new ScriptedServer((in, out) -> {
                            out.write(authentication(3, ""));
                            listen(in);
                        });
                Rig rig = rig(server)) {
            assertThatThrownBy(() -> rig.client("bob", "app"))
                    .hasMessageContaining("28P01")
                    .hasMessageContaining("in clear text over a connection without TLS")
                    .hasMessageContaining("(server_allow_cleartext = 0)");
            assertThat(heard).noneMatch(said -> said.contains("secret"));
        }
    }

    @Test
    void itDoesWhereItIsAllowed() {
        try (ScriptedServer server =
                        new ScriptedServer((in, out) -> {
                            out.write(authentication(3, ""));
                            listen(in);
                        });
                Rig rig =
                        rig(
                                server,
                                "server_allow_cleartext = 1",
                                "server_connect_timeout = 1",
                                "hold = 0")) {
            assertThatThrownBy(() -> rig.client("bob", "app")).isInstanceOf(ServerError.class);
            Awaitility.await().until(() -> heard.contains("secret\0"));
        }
    }

    /** The limit has a name, and may be lower. */
    @Test
    void theLimitOfIterationsIsASetting() {
        try (ScriptedServer server =
                        new ScriptedServer((in, out) -> {
                            out.write(SASL);
                            String nonce = nonce(read(in));
                            out.write(authentication(11, "r=" + nonce + "x,s=" + SALT + ",i=4097"));
                            in.read();
                        });
                Rig rig = rig(server, "server_scram_iterations_max = 4096")) {
            assertThatThrownBy(() -> rig.client("bob", "app"))
                    .hasMessageContaining("4097 (expected: at most 4096)");
        }
    }

    private static Rig rig(ScriptedServer server, String... settings) {
        return Rig.with(
                "app = host=127.0.0.1 user=bob password=secret port=" + server.port(), settings);
    }

    private void listen(DataInputStream in) throws IOException {
        while (true) {
            heard.add(read(in));
        }
    }

    private String read(DataInputStream in) throws IOException {
        in.readByte();
        byte[] body = new byte[in.readInt() - 4];
        in.readFully(body);
        String said = new String(body, StandardCharsets.UTF_8);
        heard.add(said);
        return said;
    }

    private static String nonce(String clientFirst) {
        return clientFirst.substring(clientFirst.indexOf(",r=") + 3);
    }

    private static byte[] authentication(int code, String data) {
        byte[] bytes = data.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(9 + bytes.length)
                .put((byte) 'R')
                .putInt(8 + bytes.length)
                .putInt(code)
                .put(bytes)
                .array();
    }

    private static byte[] welcome() {
        return ByteBuffer.allocate(19)
                .put((byte) 'K')
                .putInt(12)
                .putInt(7)
                .putInt(7)
                .put((byte) 'Z')
                .putInt(5)
                .put((byte) 'I')
                .array();
    }
}
