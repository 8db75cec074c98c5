package dev.weir.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pgkit.Link;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A server, or a line to it, that does what PostgreSQL never does. */
class HostileServerIT {
    private static final byte[] READY = message('Z', "I");
    private static final byte[] WELCOME =
            Wire.concat(
                    message('R', "\0\0\0\0"),
                    message('S', "server_version\0" + "18.0\0"),
                    message('K', "\0\0\0\7abcd"),
                    READY);

    static Stream<Arguments> brokenLogins() {
        return Stream.of(
                Arguments.of("nothing", new byte[0]),
                Arguments.of("garbage", ascii("SSH-2.0-OpenSSH_9.2\r\n")),
                Arguments.of("HTTP", ascii("HTTP/1.1 400 Bad Request\r\n\r\n")),
                Arguments.of("length 0", new byte[] {'R', 0, 0, 0, 0}),
                Arguments.of("negative length", new byte[] {'R', -1, -1, -1, -1}),
                Arguments.of("1 GB", new byte[] {'R', 0x40, 0, 0, 0}),
                Arguments.of("an empty authentication", message('R', "")),
                Arguments.of("an unknown authentication", message('R', "\0\0\0\143")),
                Arguments.of("SASL without mechanisms", message('R', "\0\0\0\12\0")),
                Arguments.of("SASL that never ends", message('R', "\0\0\0\12SCRAM-SHA-256")),
                Arguments.of("SASL that goes on before it starts", message('R', "\0\0\0\13r=x")),
                Arguments.of("ReadyForQuery at once", READY),
                Arguments.of("no key", Wire.concat(message('R', "\0\0\0\0"), READY)),
                Arguments.of(
                        "a key of two bytes",
                        Wire.concat(message('R', "\0\0\0\0"), message('K', "ab"), READY)),
                Arguments.of(
                        "a parameter without an end",
                        Wire.concat(message('R', "\0\0\0\0"), message('S', "a"), READY)),
                Arguments.of("an error without fields", message('E', "")),
                Arguments.of("an error without a SQLSTATE", message('E', "Mwhat\0\0")),
                Arguments.of("an error without an end", message('E', "SFATAL")),
                Arguments.of("a row", message('D', "\0\0")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenLogins")
    void aServerThatCannotLogInIsTold(String name, byte[] answer) {
        try (ScriptedServer server = new ScriptedServer((in, out) -> out.write(answer));
                Rig rig =
                        Rig.at(
                                "127.0.0.1",
                                server.port(),
                                "server_connect_timeout = 2",
                                "hold = 0");
                WireClient client = rig.connect()) {
            client.startup(java.util.Map.of("user", Rig.USER, "database", Rig.DATABASE));
            assertThat(rest(client))
                    .as(name)
                    .last()
                    .asString()
                    .startsWith("E ")
                    .doesNotContain("readerIndex", "ByteBuf", "Exception", "null");
            Awaitility.await("its permit is free").until(() -> rig.servers() == 0);
        }
    }

    static Stream<Arguments> brokenAnswers() {
        return Stream.of(
                Arguments.of("nothing, and the end", new byte[0]),
                Arguments.of("garbage", ascii("hello, world")),
                Arguments.of("length 3", new byte[] {'D', 0, 0, 0, 3}),
                Arguments.of("negative length", new byte[] {'C', -1, -1, -1, -1}),
                Arguments.of("a message of 2 GB, begun", new byte[] {'D', 0x7f, -1, -1, -1, 0, 1}),
                Arguments.of("a control message of 1 GB", new byte[] {'1', 0x40, 0, 0, 0}),
                Arguments.of("an answer to Parse", message('1', "")),
                Arguments.of("an answer to FunctionCall", message('V', "\0\0\0\0")),
                Arguments.of("an authentication", message('R', "\0\0\0\0")),
                Arguments.of("an unknown type", message('~', "x")),
                Arguments.of("CommandComplete without a text", message('C', "")),
                Arguments.of("ReadyForQuery without a status", message('Z', "")),
                Arguments.of("ReadyForQuery of status X", message('Z', "X")),
                Arguments.of("a parameter without an end", message('S', "a")),
                Arguments.of("an error without fields", message('E', "")),
                Arguments.of("a FATAL error without a SQLSTATE", message('E', "SFATAL\0Mx\0\0")),
                Arguments.of("an error without an end", message('E', "SERROR")),
                Arguments.of(
                        "CopyDone without a COPY",
                        Wire.concat(message('c', ""), message('C', "X\0"))));
    }

    /** The client gets an error or the end, not silence; the pool survives. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenAnswers")
    void aServerThatAnswersNonsenseIsLeft(String name, byte[] answer) {
        try (ScriptedServer server =
                        new ScriptedServer((in, out) -> {
                            out.write(WELCOME);
                            ScriptedServer.awaitQuery(in);
                            out.write(answer);
                        });
                Rig rig = Rig.at("127.0.0.1", server.port());
                WireClient client = rig.client()) {
            client.send(Wire.query("select 1"));
            rest(client);
            Awaitility.await("its permit is free")
                    .atMost(Duration.ofSeconds(15))
                    .until(() -> rig.servers() == 0);
        }
    }

    /** What follows the last message of the login in the same packet belongs to the session. */
    @Test
    void bytesBehindTheLoginAreNotLost() {
        byte[] notice = message('N', "SNOTICE\0VNOTICE\0C00000\0Mlater\0\0");
        byte[] answer =
                Wire.concat(
                        message('T', "\0\0"),
                        message('D', "\0\0"),
                        message('C', "SELECT 1\0"),
                        READY);
        try (ScriptedServer server =
                        new ScriptedServer((in, out) -> {
                            int half = notice.length / 2;
                            out.write(Wire.concat(WELCOME, Arrays.copyOf(notice, half)));
                            out.flush();
                            ScriptedServer.pause();
                            out.write(Arrays.copyOfRange(notice, half, notice.length));
                            while (true) {
                                ScriptedServer.awaitQuery(in);
                                out.write(answer);
                                out.flush();
                            }
                        });
                Rig rig = Rig.at("127.0.0.1", server.port(), "default_pool_size = 1");
                WireClient client = rig.client()) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.query("select"))
                        .extracting(Message::summary)
                        .filteredOn(line -> !line.startsWith("N"))
                        .containsExactly("T", "D", "C SELECT 1", "Z I");
            }
        }
    }

    /**
     * A COPY fails, and its ReadyForQuery comes while the client is in the middle of a CopyData:
     * the server ignores the rest, so no answer will come that could give the connection back.
     */
    @Test
    void copyDataThatComesTooLateKeepsNoConnection() {
        byte[] late = message('d', "x".repeat(20_000));
        int half = late.length / 2;
        byte[] answer = Wire.concat(message('C', "SELECT 0\0"), READY);
        try (ScriptedServer server =
                        new ScriptedServer((in, out) -> {
                            out.write(WELCOME);
                            ScriptedServer.awaitQuery(in);
                            out.write(message('G', "\0\0\0"));
                            in.skipNBytes(message('d', "no number").length);
                            out.write(message('E', "SERROR\0VERROR\0C22P02\0Mno\0\0"));
                            in.skipNBytes(half);
                            out.write(READY);
                            in.skipNBytes(late.length - half);
                            while (true) {
                                ScriptedServer.awaitQuery(in);
                                out.write(answer);
                            }
                        });
                Rig rig = Rig.at("127.0.0.1", server.port(), "default_pool_size = 1");
                WireClient client = rig.client();
                WireClient other = rig.client()) {
            client.send(Wire.query("copy t from stdin"));
            assertThat(client.read().tag()).isEqualTo('G');
            client.send(message('d', "no number"));
            assertThat(client.read().sqlState()).isEqualTo("22P02");
            client.send(Arrays.copyOf(late, half));
            assertThat(client.read().tag()).isEqualTo('Z');
            client.send(Arrays.copyOfRange(late, half, late.length), message('c', ""));

            assertThat(other.query("select"))
                    .extracting(Message::summary)
                    .containsExactly("C SELECT 0", "Z I");
        }
    }

    /** A server that is just starting, or stopping, or breaks off logins, is waited for. */
    @Test
    void aServerThatIsNotReadyIsWaitedFor() {
        byte[] notYet =
                message('E', "SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0");
        AtomicInteger logins = new AtomicInteger();
        try (ScriptedServer server =
                        new ScriptedServer((in, out) -> {
                            switch (logins.incrementAndGet()) {
                                case 1, 2, 3 -> out.write(notYet);
                                case 4 -> out.write(WELCOME, 0, WELCOME.length / 2);
                                default -> {
                                    out.write(WELCOME);
                                    ScriptedServer.awaitQuery(in);
                                    out.write(Wire.concat(message('C', "SELECT 0\0"), READY));
                                }
                            }
                        });
                Rig rig = Rig.at("127.0.0.1", server.port(), "server_login_retry = 0.2");
                WireClient client = rig.client()) {
            assertThat(client.query("select"))
                    .extracting(Message::summary)
                    .containsExactly("C SELECT 0", "Z I");
            assertThat(logins).hasValue(5);
        }
    }

    /** Dies at every byte of its login and first answer. */
    @Test
    void aServerThatDiesAtAnyByte() {
        byte[] answer =
                Wire.concat(
                        message('T', "\0\0"),
                        message('D', "\0\0"),
                        message('C', "SELECT 1\0"),
                        READY);
        byte[] all = Wire.concat(WELCOME, answer);
        AtomicInteger cut = new AtomicInteger();
        try (ScriptedServer server =
                        new ScriptedServer((in, out) -> {
                            int most = cut.get();
                            out.write(all, 0, Math.min(most, WELCOME.length));
                            if (most > WELCOME.length) {
                                ScriptedServer.awaitQuery(in);
                                out.write(all, WELCOME.length, most - WELCOME.length);
                            }
                        });
                Rig rig =
                        Rig.at(
                                "127.0.0.1",
                                server.port(),
                                "default_pool_size = 1",
                                "hold = 0",
                                "server_login_retry = 0.01")) {
            for (int bytes = 0; bytes < all.length; bytes += Rig.SOAK ? 1 : 5) {
                cut.set(bytes);
                try (WireClient client = rig.connect()) {
                    client.send(
                            Wire.startup(
                                    Wire.PROTOCOL_3_0,
                                    java.util.Map.of("user", Rig.USER, "database", Rig.DATABASE)),
                            Wire.query("select"));
                    rest(client);
                }
            }
            rig.awaitEmpty();
            Awaitility.await("no permit is lost").until(() -> rig.servers() == 0);
        }
    }

    /** PostgreSQL itself, but byte by byte: nothing may depend on where reads end. */
    @Test
    void answersThatComeByteByByteAreTheSame() {
        try (Link link = Link.to(Rig.postgres());
                Rig rig = Rig.before(link, "default_pool_size = 2")) {
            link.dribble(true);
            Random random = new Random(1);
            for (int i = 0; i < 30; i++) {
                try (WireClient client = rig.client()) {
                    String mark = "client-" + i;
                    client.query("set statement_timeout = '1000001ms'");
                    client.send(
                            Wire.parse("s", "select $1::text, '" + mark + "'"),
                            Wire.describeStatement("s"),
                            Wire.bind("", "s", mark + random.nextInt()),
                            Wire.execute("", 0),
                            Wire.sync());
                    assertThat(client.readUntilReady())
                            .extracting(Message::summary)
                            .anyMatch(line -> line.endsWith("|" + mark));
                }
            }
            link.dribble(false);
            rig.awaitEmpty();
        }
    }

    @Test
    void aServerThatClosesItsHalfIsReplaced() {
        try (Link link = Link.to(Rig.postgres());
                Rig rig = Rig.before(link, "default_pool_size = 1")) {
            rig.serves();
            link.halfCloseToClient();
            Awaitility.await("it is gone").until(() -> rig.servers() == 0);
            rig.serves();
            try (WireClient client = rig.client()) {
                client.query("begin");
                link.halfCloseToClient();
                client.send(Wire.query("select 1"));
                assertThat(client.readUntilReady())
                        .as("its block is begun again, unless the end came later")
                        .extracting(Message::summary)
                        .containsAnyOf("Z T", "Z E");
            }
            rig.awaitEmpty();
            rig.serves();
        }
    }

    /** A server that hangs holds its client, and that one's death frees the place. */
    @Test
    void aStalledServerIsGivenUpWithItsClient() {
        try (Link link = Link.to(Rig.postgres());
                Rig rig = Rig.before(link, "default_pool_size = 1")) {
            rig.serves();
            link.stall();
            WireClient client = rig.client();
            client.send(Wire.query("select 1"));
            assertThat(client.tryRead(Duration.ofMillis(200))).isNull();
            client.reset();
            link.go();
            rig.awaitEmpty();
            rig.serves();
        }
    }

    /** What the client is told until its connection ends, or until it may go on after an error. */
    static List<String> rest(WireClient client) {
        boolean hasFailed = false;
        List<String> all = new ArrayList<>();
        try {
            while (true) {
                Message message = client.read();
                all.add(
                        switch (message.tag()) {
                            case 'E' -> "E " + message.text();
                            default -> String.valueOf(message.tag());
                        });
                hasFailed |= message.tag() == 'E';
                if (hasFailed && message.tag() == 'Z') {
                    return all;
                }
            }
        } catch (UncheckedIOException end) {
            assertThat(end.getMessage()).as("after " + all).doesNotContain("no complete message");
            return all;
        }
    }

    private static byte[] message(char tag, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.ISO_8859_1);
        return ByteBuffer.allocate(5 + bytes.length)
                .put((byte) tag)
                .putInt(4 + bytes.length)
                .put(bytes)
                .array();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
