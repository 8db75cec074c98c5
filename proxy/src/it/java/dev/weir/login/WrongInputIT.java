package dev.weir.login;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.metrics.Metric;
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
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Bytes that no client should send. Whoever sends them harms himself alone. */
class WrongInputIT {
    private static final long LARGE_BYTES = Rig.SOAK ? 1_000_000_000L : 100_000_000L;
    private static final Map<String, String> WHO =
            Map.of("user", Rig.USER, "database", Rig.DATABASE);

    private static Rig rig;

    @BeforeAll
    static void start() {
        rig = Rig.before(Rig.postgres(), "default_pool_size = 2", "client_login_timeout = 1");
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    @AfterEach
    void others() {
        rig.serves();
        rig.awaitEmpty();
    }

    // --- before the login ---------------------------------------------------------------------

    static Stream<Arguments> noStartups() {
        byte[] tooLong = ByteBuffer.allocate(100_000).putInt(100_000).putInt(3 << 16).array();
        return Stream.of(
                Arguments.of("length 0", new byte[] {0, 0, 0, 0}),
                Arguments.of("length 7", new byte[] {0, 0, 0, 7, 0, 3, 0}),
                Arguments.of("negative length", new byte[] {-1, -1, -1, -1, 0, 3, 0, 0}),
                Arguments.of("1 GB", new byte[] {0x40, 0, 0, 0, 0, 3, 0, 0}),
                Arguments.of("100 kB", tooLong),
                Arguments.of("HTTP", ascii("GET / HTTP/1.1\r\nHost: weir\r\n\r\n")),
                Arguments.of("TLS", new byte[] {22, 3, 1, 2, 0, 1, 0, 1, -4, 3, 3, 1, 2, 3, 4}),
                Arguments.of("no terminator", startup(3 << 16, "user\0postgres")),
                Arguments.of("a name without a value", startup(3 << 16, "user\0postgres\0app\0")),
                Arguments.of("protocol 2", startup(2 << 16, "user\0postgres\0\0")),
                Arguments.of("protocol 4", startup(4 << 16, "user\0postgres\0\0")),
                Arguments.of("no user", startup(3 << 16, "database\0app\0\0")),
                Arguments.of("SSL with something behind", concat(Wire.sslRequest(), ascii("x"))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("noStartups")
    void refusesWhatIsNoStartupPacket(String name, byte[] bytes) {
        try (WireClient client = rig.connect()) {
            client.send(bytes);
            assertThat(rest(client)).as(name).hasSize(1).allMatch(s -> s.startsWith("E "));
        }
    }

    @Test
    void takesAStartupPacketByteByByte() {
        try (WireClient client = rig.connect()) {
            for (byte one : Wire.startup(Wire.PROTOCOL_3_0, WHO)) {
                client.send(new byte[] {one});
            }
            client.authenticate(Rig.USER, null);
            for (byte one : Wire.concat(Wire.query("select 'slow'"), Wire.sync())) {
                client.send(new byte[] {one});
            }
            assertThat(client.readUntilReady(2))
                    .extracting(Message::summary)
                    .contains("D slow", "Z I");
        }
    }

    @Test
    void whoSaysNothingIsSentAway() {
        try (WireClient silent = rig.connect();
                WireClient half = rig.connect()) {
            half.send(new byte[] {0, 0, 0, 50, 0, 3});
            assertThat(rest(silent)).containsExactly("E 08P01 client_login_timeout");
            assertThat(rest(half)).containsExactly("E 08P01 client_login_timeout");
        }
    }

    @Test
    void aCancelRequestOfAnyLengthIsHarmless() {
        for (int length : new int[] {0, 1, 4, 32, 256, 257, 2_000}) {
            try (WireClient client = rig.connect()) {
                client.send(Wire.cancel(42, new byte[length]));
                client.isClosedByPeer();
            }
        }
    }

    // --- after the login ----------------------------------------------------------------------

    static Stream<Arguments> wrongMessages() {
        List<Arguments> all = new ArrayList<>();
        for (int length : new int[] {0, 1, 3, -1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            for (char tag : "QPBDECSHFdcfX".toCharArray()) {
                boolean legal = length == Integer.MAX_VALUE;
                if (!legal) {
                    all.add(Arguments.of(tag + " of length " + length, header(tag, length)));
                }
            }
        }
        for (char tag : "ARTZa1\0~p\u00ff".toCharArray()) {
            all.add(Arguments.of("type " + (int) tag, Wire.message(tag, new byte[3])));
        }
        all.add(Arguments.of("HTTP", ascii("GET / HTTP/1.1\r\n\r\n")));
        all.add(Arguments.of("Sync of 1 GB", header('S', 1 << 30)));
        all.add(Arguments.of("Flush of 1 GB", header('H', 1 << 30)));
        all.add(Arguments.of("a startup packet", Wire.startup(Wire.PROTOCOL_3_0, WHO)));
        return all.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongMessages")
    void endsASessionThatBreaksTheProtocol(String name, byte[] bytes) {
        try (WireClient client = rig.client()) {
            client.send(Wire.query("select 'before'"), bytes, Wire.query("select 'after'"));
            List<String> heard = rest(client);
            assertThat(heard).as(name).doesNotContain("D after");
            assertThat(heard.getLast()).as(name).startsWith("E 08P01");
        }
    }

    /** A gigabyte is announced and ten bytes come: nothing is allocated for the rest. */
    @Test
    void allocatesNothingForALengthAlone() {
        List<WireClient> clients = new ArrayList<>();
        long before = used();
        for (int i = 0; i < 20; i++) {
            clients.add(rig.client());
            clients.getLast().send(concat(header("QPBdF".charAt(i % 5), 1 << 30), new byte[10]));
        }
        try (WireClient other = rig.client()) {
            // two of them may hold the two servers, and only until they leave
            assertThat(used() - before).isLessThan(200_000_000L);
            clients.forEach(WireClient::reset);
            assertThat(other.query("select 1")).last().hasToString("Z I");
        }
    }

    @Test
    void halfAMessageHoldsNoServerButItsOwn() {
        try (WireClient half = rig.client();
                WireClient other = rig.client()) {
            byte[] query = Wire.query("select 'late'");
            half.send(Arrays.copyOf(query, 9));
            for (int i = 0; i < 3; i++) {
                assertThat(other.query("select 1")).last().hasToString("Z I");
            }
            half.send(Arrays.copyOfRange(query, 9, query.length));
            assertThat(half.readUntilReady()).extracting(Message::summary).contains("D late");
        }
    }

    @Test
    void aLargeCopyDataStreams() {
        try (WireClient client = rig.client()) {
            long before = peakReset();
            client.query("begin; create table large (v text)");
            client.send(Wire.query("copy large from stdin"));
            assertThat(client.read().tag()).isEqualTo('G');
            byte[] chunk = new byte[1_000_000];
            Arrays.fill(chunk, (byte) 'x');
            client.send(header('d', (int) (LARGE_BYTES / 10) + 4));
            for (long sent = 0; sent < LARGE_BYTES / 10; sent += chunk.length) {
                client.send(chunk);
            }
            client.send(Wire.copyDone());
            assertThat(client.summaries()).containsExactly("C COPY 1", "Z T");
            assertThat(direct() - before).isLessThan(32_000_000L);
        }
    }

    @Test
    void aLargeQueryAndALargeRowStream() {
        try (WireClient client = rig.client()) {
            long before = peakReset();
            int length = (int) (LARGE_BYTES / 10);
            client.send(header('Q', 4 + "select length('')".length() + length + 1));
            client.send(ascii("select length('"));
            byte[] chunk = new byte[1_000_000];
            Arrays.fill(chunk, (byte) 'x');
            for (int sent = 0; sent < length; sent += chunk.length) {
                client.send(chunk);
            }
            client.send(ascii("')\0"));
            assertThat(client.readUntilReady())
                    .extracting(Message::summary)
                    .contains("D " + length, "Z I");
            assertThat(client.query("select repeat('y', " + length + ")").get(1).body())
                    .hasSize(length + 6);
            assertThat(direct() - before).isLessThan(32_000_000L);
        }
    }

    @Test
    void aClientThatNeverReadsCostsLittleAndBlocksNobody() {
        try (WireClient greedy = rig.client();
                WireClient other = rig.client()) {
            long before = peakReset();
            greedy.send(
                    Wire.query(
                            "select repeat('x', 100000) from generate_series(1, "
                                    + LARGE_BYTES / 100_000
                                    + ")"));
            for (int i = 0; i < 20; i++) {
                assertThat(other.query("select repeat('y', 100000)")).last().hasToString("Z I");
            }
            assertThat(direct() - before).isLessThan(16_000_000L);
            assertThat(rig.counts().get(Metric.SERVERS_ACTIVE)).isEqualTo(1);
            greedy.reset();
        }
    }

    /**
     * What a server does not take stays with the client, but for what the kernel's buffers hold.
     */
    @Test
    void aServerThatDoesNotReadStopsItsClient() throws InterruptedException {
        byte[] chunk =
                Wire.copyData("x".repeat(65_535).concat("\n").getBytes(StandardCharsets.UTF_8));
        int chunks = 1_500;
        var sent = new AtomicInteger();
        Rig.postgres().execute("drop table if exists sink; create unlogged table sink (line text)");
        try (Link link = Link.to(Rig.postgres());
                Rig behind = Rig.before(link);
                WireClient client = behind.client()) {
            client.send(Wire.query("copy sink from stdin"));
            assertThat(client.read().tag()).isEqualTo('G');
            link.toServer().stall();
            Thread sender =
                    Thread.ofVirtual()
                            .start(() -> {
                                for (int i = 0; i < chunks; i++) {
                                    client.send(chunk);
                                    sent.incrementAndGet();
                                }
                            });
            Awaitility.await("nothing more is taken")
                    .during(Duration.ofSeconds(1))
                    .until(new Unchanged(sent));
            assertThat(sent.get()).isBetween(1, chunks / 2);
            link.toServer().go();
            sender.join();
            client.send(Wire.copyDone());
            assertThat(client.readUntilReady())
                    .extracting(Message::summary)
                    .contains("C COPY " + chunks);
        }
    }

    /** Whether a number is what it was when it was looked at last. */
    private static final class Unchanged implements Callable<Boolean> {
        private final AtomicInteger number;
        private int before = -1;

        Unchanged(AtomicInteger number) {
            this.number = number;
        }

        @Override
        public Boolean call() {
            int now = number.get();
            boolean same = now == before;
            before = now;
            return same;
        }
    }

    /** Both sides send as fast as they can, and the client reads only at its end. */
    @Test
    void aPipelineWhoseAnswersAreReadLateGoesOn() throws InterruptedException {
        try (WireClient client = rig.client()) {
            int count = 1_500;
            String value = "z".repeat(20_000);
            Thread sender =
                    Thread.ofVirtual()
                            .start(() -> {
                                for (int i = 0; i < count; i++) {
                                    client.send(
                                            Wire.parse("", "select '" + value + "'"),
                                            Wire.bind("", ""),
                                            Wire.execute("", 0),
                                            Wire.sync());
                                }
                            });
            assertThat(sender.join(Duration.ofMillis(300))).as("it has to wait").isFalse();
            long rows = client.readUntilReady(count).stream().filter(m -> m.tag() == 'D').count();
            assertThat(rows).isEqualTo(count);
            sender.join();
        }
    }

    // --- bytes --------------------------------------------------------------------------------

    /** What the peer says until it closes. */
    private static List<String> rest(WireClient client) {
        List<String> all = new ArrayList<>();
        try {
            while (true) {
                all.add(client.read().summary());
            }
        } catch (UncheckedIOException end) {
            assertThat(end.getMessage()).doesNotContain("no complete message");
            return all;
        }
    }

    private static byte[] header(char tag, int length) {
        return ByteBuffer.allocate(5).put((byte) tag).putInt(length).array();
    }

    private static byte[] startup(int version, String text) {
        byte[] bytes = ascii(text);
        return ByteBuffer.allocate(8 + bytes.length)
                .putInt(8 + bytes.length)
                .putInt(version)
                .put(bytes)
                .array();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] concat(byte[]... parts) {
        return Wire.concat(parts);
    }

    private static long peakReset() {
        Awaitility.await("at rest").until(() -> rig.counts().get(Metric.SERVERS_ACTIVE) == 0);
        return direct();
    }

    /** What Netty has taken from the system for buffers. */
    private static long direct() {
        return ((io.netty.buffer.ByteBufAllocatorMetricProvider)
                        io.netty.buffer.ByteBufAllocator.DEFAULT)
                .metric()
                .usedDirectMemory();
    }

    private static long used() {
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory() + direct();
    }
}
