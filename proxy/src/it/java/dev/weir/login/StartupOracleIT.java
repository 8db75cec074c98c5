package dev.weir.login;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.Wire;
import dev.weir.support.Rig;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Packets that are almost right, before and while a client logs in: Weir answers as PostgreSQL. */
final class StartupOracleIT {
    private static final int READ_MILLIS_MAX = 10_000;
    private static final byte[] SSL = Wire.sslRequest();
    private static final byte[] GSS = Wire.gssEncRequest();
    private static final byte[] HELLO =
            Wire.startup(Wire.PROTOCOL_3_0, Map.of("user", PgNode.USER, "database", "postgres"));
    private static final byte[] CLIENT_FIRST = ascii("n,,n=,r=rOprNGfwEbeRWgbNEkqO");

    private static PgCluster cluster;
    private static Rig rig;

    @BeforeAll
    static void start(@TempDir Path folder) {
        cluster = PgCluster.builder().hba("host all all all scram-sha-256").start();
        PgNode node = cluster.primary();
        Path users =
                LoginAttempt.write(
                        folder.resolve("users"),
                        "\"%s\" \"%s\"\n".formatted(PgNode.USER, PgNode.PASSWORD));
        rig =
                Rig.with(
                        "postgres = host=%s port=%d".formatted(node.host(), node.port()),
                        "auth_type = scram-sha-256",
                        "auth_file = " + users);
    }

    @AfterAll
    static void stop() {
        rig.close();
        cluster.close();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** SASLInitialResponse whose length field says {@code length}. */
    private static byte[] sasl(int length, byte[] response) {
        byte[] mechanism = ascii("SCRAM-SHA-256\0");
        int size = 4 + mechanism.length + 4 + response.length;
        return ByteBuffer.allocate(1 + size)
                .put((byte) 'p')
                .putInt(size)
                .put(mechanism)
                .putInt(length)
                .put(response)
                .array();
    }

    static Stream<Arguments> conversations() {
        int right = CLIENT_FIRST.length;
        return Stream.of(
                Arguments.of("SSL, GSS", List.of(SSL, GSS, HELLO)),
                Arguments.of("GSS, SSL", List.of(GSS, SSL, HELLO)),
                Arguments.of("SSL twice", List.of(SSL, SSL)),
                Arguments.of("GSS twice", List.of(GSS, GSS)),
                Arguments.of("SSL, GSS, SSL", List.of(SSL, GSS, SSL)),
                Arguments.of("GSS, SSL, GSS", List.of(GSS, SSL, GSS)),
                Arguments.of("length right", List.of(HELLO, sasl(right, CLIENT_FIRST))),
                Arguments.of("length 0", List.of(HELLO, sasl(0, CLIENT_FIRST))),
                Arguments.of("length 1 short", List.of(HELLO, sasl(right - 1, CLIENT_FIRST))),
                Arguments.of("length 1 long", List.of(HELLO, sasl(right + 1, CLIENT_FIRST))),
                Arguments.of("length -1 with one", List.of(HELLO, sasl(-1, CLIENT_FIRST))),
                Arguments.of("length -2", List.of(HELLO, sasl(-2, CLIENT_FIRST))),
                Arguments.of("length -2 with none", List.of(HELLO, sasl(-2, new byte[0]))),
                Arguments.of(
                        "length 2^31-1", List.of(HELLO, sasl(Integer.MAX_VALUE, CLIENT_FIRST))),
                Arguments.of(
                        "no initial response, then it",
                        List.of(
                                HELLO,
                                sasl(-1, new byte[0]),
                                Wire.saslResponse(CLIENT_FIRST),
                                Wire.saslResponse(ascii("c=biws,r=x,p=eA==")))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("conversations")
    void answersAsPostgresDoes(String name, List<byte[]> packets) throws IOException {
        PgNode node = cluster.primary();
        List<String> expected = answers(node.host(), node.port(), packets);
        assertThat(answers("127.0.0.1", rig.port(), packets)).as(name).isEqualTo(expected);
    }

    @Test
    void refusesNamesThatAreNotUtf8() throws IOException {
        for (String name : List.of("user\0J\u00fcrg\0\0", "user\0bob\0database\0\u00e9\0\0")) {
            byte[] body = name.getBytes(StandardCharsets.ISO_8859_1);
            byte[] packet =
                    ByteBuffer.allocate(8 + body.length)
                            .putInt(8 + body.length)
                            .putInt(Wire.PROTOCOL_3_0)
                            .put(body)
                            .array();
            assertThat(answers("127.0.0.1", rig.port(), List.of(packet)))
                    .singleElement()
                    .asString()
                    .startsWith("E 08P01 invalid byte sequence for encoding \"UTF8\"");
        }
    }

    /** The answer to each packet, up to the first error. */
    private static List<String> answers(String host, int port, List<byte[]> packets)
            throws IOException {
        var answers = new ArrayList<String>();
        try (Socket socket = new Socket(host, port)) {
            socket.setSoTimeout(READ_MILLIS_MAX);
            var in = new DataInputStream(socket.getInputStream());
            for (byte[] packet : packets) {
                socket.getOutputStream().write(packet);
                String answer = answer(in);
                answers.add(answer);
                if (answer.startsWith("E")) {
                    break;
                }
            }
        }
        return answers;
    }

    private static String answer(DataInputStream in) throws IOException {
        char tag;
        try {
            tag = (char) in.readUnsignedByte();
        } catch (EOFException _) {
            return "E at its end";
        }
        if (tag == 'N' || tag == 'S') {
            return String.valueOf(tag);
        }
        byte[] body = in.readNBytes(in.readInt() - 4);
        if (tag != 'E') {
            return tag + " " + ByteBuffer.wrap(body).getInt();
        }
        String[] fields = new String(body, StandardCharsets.UTF_8).split("\0", -1);
        return "E " + field(fields, 'C') + ' ' + field(fields, 'M');
    }

    private static String field(String[] fields, char name) {
        for (String field : fields) {
            if (!field.isEmpty() && field.charAt(0) == name) {
                return field.substring(1);
            }
        }
        return "";
    }
}
