package dev.weir.cancel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.metrics.Metric;
import dev.weir.pgkit.Link;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class CancelIT {
    private static final int RACES = Rig.SOAK ? 1_000 : 10;
    private static final Duration FAR = Duration.ofMillis(200);

    /**
     * A's query ends while its cancel is under way to the server; B uses the only connection next.
     * Whatever PostgreSQL does with the signal, it must not hit B.
     */
    @Test
    void aLateCancelNeverHitsTheNextClient() {
        long seed = Long.getLong("weir.seed", System.nanoTime());
        Random random = new Random(seed);
        try (Link link = Link.to(Rig.postgres());
                Rig rig = Rig.before(link, "default_pool_size = 1");
                WireClient a = rig.client();
                WireClient b = rig.client()) {
            a.query("select 1"); // the connection is open before the line becomes slow for new ones
            link.toServer().delay(FAR);
            for (int i = 0; i < RACES; i++) {
                // the query itself is 200 ms on its way, so it ends about when the cancel arrives
                int lasts = random.nextInt(60);
                a.send(Wire.query("select pg_sleep(" + lasts / 1000.0 + ")"));
                pauseUpTo(random, 150);
                cancel(rig, a);
                b.send(Wire.query("select pg_sleep(0.05), 'b'"));
                assertThat(summaries(b)).as("seed %d, race %d", seed, i).contains("D |b", "Z I");
                assertThat(summaries(a)).as("seed %d, race %d", seed, i).last().isEqualTo("Z I");
            }
            link.toServer().delay(Duration.ZERO);
            rig.awaitIdle();
        }
    }

    /** The cancel is slower than the query by far: the connection has to wait for it. */
    @Test
    void aConnectionIsHeldWhileACancelIsInFlight() {
        try (Link link = Link.to(Rig.postgres());
                Rig rig = Rig.before(link, "default_pool_size = 1");
                WireClient a = rig.client();
                WireClient b = rig.client();
                WireClient request = rig.connect()) {
            a.query("select 1");
            a.send(Wire.query("select pg_sleep(1)"));
            awaitAsleep(rig);
            link.toServer().delay(Duration.ofMillis(1_500));
            request.send(Wire.cancel(a.processId(), a.secret()));
            assertThat(a.summaries()).last().isEqualTo("Z I");
            assertThat(rig.counts().get(Metric.SERVERS_CANCELED)).isEqualTo(1);
            link.toServer().delay(Duration.ZERO);
            assertThat(request.isClosedByPeer(Duration.ofSeconds(20))).isTrue();
            rig.awaitCounts(now -> assertThat(now.get(Metric.SERVERS_CANCELED)).isZero());
            b.send(Wire.query("select pg_sleep(0.5), 'b'"));
            assertThat(summaries(b)).contains("D |b").noneMatch(line -> line.contains("57014"));
        }
    }

    @Test
    void cancelsARunningQuery() {
        try (Rig rig = Rig.before(Rig.postgres());
                WireClient client = rig.client()) {
            client.send(Wire.query("select pg_sleep(30)"));
            awaitAsleep(rig);
            cancel(rig, client);
            assertThat(client.summaries())
                    .contains("E 57014 canceling statement due to user request", "Z I");
            assertThat(client.query("select 1").getFirst().tag()).isEqualTo('T');
        }
    }

    @Test
    void cancelsAQueryOfProtocol32WithItsLongKey() {
        try (Rig rig = Rig.before(Rig.postgres());
                WireClient client = rig.connect()) {
            client.startup(Wire.PROTOCOL_3_2, Map.of("user", Rig.USER, "database", Rig.DATABASE));
            client.authenticate(Rig.USER, null);
            assertThat(client.secret()).hasSizeGreaterThan(4);
            client.send(Wire.query("select pg_sleep(30)"));
            awaitAsleep(rig);
            byte[] wrong = client.secret();
            wrong[wrong.length - 1] ^= 1;
            WireClient.cancel("127.0.0.1", rig.port(), client.processId(), wrong);
            byte[] tooShort = java.util.Arrays.copyOf(client.secret(), 4);
            WireClient.cancel("127.0.0.1", rig.port(), client.processId(), tooShort);
            assertThat(client.tryRead(Duration.ofMillis(200))).isNull();
            cancel(rig, client);
            assertThat(client.summaries()).contains("Z I").anyMatch(s -> s.startsWith("E 57014"));
        }
    }

    @Test
    void aWrongKeyCancelsNothing() {
        try (Rig rig = Rig.before(Rig.postgres());
                WireClient client = rig.client()) {
            client.send(Wire.query("select pg_sleep(0.5), 'done'"));
            awaitAsleep(rig);
            byte[] wrong = client.secret();
            wrong[0] ^= 1;
            WireClient.cancel("127.0.0.1", rig.port(), client.processId(), wrong);
            WireClient.cancel("127.0.0.1", rig.port(), client.processId() ^ 1, client.secret());
            WireClient.cancel("127.0.0.1", rig.port(), 0, new byte[4]);
            assertThat(client.summaries()).contains("D |done", "Z I");
        }
    }

    @Test
    void cancellingAnIdleClientDoesNothing() {
        try (Rig rig = Rig.before(Rig.postgres(), "default_pool_size = 1");
                WireClient client = rig.client()) {
            for (int i = 0; i < 20; i++) {
                cancel(rig, client);
                assertThat(client.query("select " + i))
                        .extracting(Message::summary)
                        .contains("D " + i, "Z I");
            }
        }
    }

    @Test
    void aQueuedClientIsCancelledWithoutAServer() {
        try (Rig rig = Rig.before(Rig.postgres(), "default_pool_size = 1");
                WireClient holder = rig.client();
                WireClient queued = rig.client()) {
            holder.query("begin");
            queued.send(Wire.query("select 'never'"));
            awaitWaiting(rig, 1);
            cancel(rig, queued);
            assertThat(queued.summaries())
                    .containsExactly("E 57014 canceling statement due to user request", "Z I");
            assertThat(rig.counts().get(Metric.WAITING_CLIENTS)).isZero();
            holder.query("commit");
            assertThat(queued.query("select 'later'"))
                    .extracting(Message::summary)
                    .contains("D later", "Z I");
        }
    }

    /**
     * An extended request ends at its Sync, whether that was there when it was cancelled or not.
     */
    @Test
    void aQueuedPipelineIsCancelledUpToItsSync() {
        try (Rig rig = Rig.before(Rig.postgres(), "default_pool_size = 1");
                WireClient holder = rig.client();
                WireClient queued = rig.client()) {
            holder.query("begin");
            byte[] first =
                    Wire.concat(
                            Wire.parse("", "select 'never'"),
                            Wire.bind("", ""),
                            Wire.execute("", 0));
            queued.send(first);
            awaitWaiting(rig, 1);
            cancel(rig, queued);
            assertThat(queued.read().summary()).startsWith("E 57014");
            assertThat(queued.tryRead(Duration.ofMillis(100))).isNull();
            queued.send(first, Wire.sync(), Wire.query("select 'next'"));
            assertThat(queued.summaries()).containsExactly("Z I");
            awaitWaiting(rig, 1);
            holder.query("commit");
            assertThat(queued.summaries()).contains("D next", "Z I");
        }
    }

    @Test
    void aQueuedLargeQueryIsCancelledWithItsRest() {
        try (Rig rig = Rig.before(Rig.postgres(), "default_pool_size = 1");
                WireClient holder = rig.client();
                WireClient queued = rig.client()) {
            holder.query("begin");
            byte[] large = Wire.query("select /*" + "x".repeat(300_000) + "*/ 'never'");
            int half = large.length / 2;
            queued.send(java.util.Arrays.copyOf(large, half));
            awaitWaiting(rig, 1);
            cancel(rig, queued);
            assertThat(queued.summaries()).hasSize(2).last().isEqualTo("Z I");
            queued.send(java.util.Arrays.copyOfRange(large, half, large.length));
            holder.query("commit");
            assertThat(queued.query("select 'next'"))
                    .extracting(Message::summary)
                    .contains("D next", "Z I");
        }
    }

    @Test
    void cancelsACopyFromTheClient() {
        try (Rig rig = Rig.before(Rig.postgres(), "default_pool_size = 1");
                WireClient client = rig.client()) {
            client.query("begin; create table copied (v text)");
            client.send(Wire.query("copy copied from stdin"));
            assertThat(client.read().tag()).isEqualTo('G');
            client.send(Wire.copyData("a\n".getBytes(StandardCharsets.UTF_8)));
            cancel(rig, client);
            awaitCancelled(client);
            client.send(Wire.copyData("b\n".getBytes(StandardCharsets.UTF_8)), Wire.copyDone());
            assertThat(client.summaries()).containsExactly("Z E");
            client.query("rollback");
            assertThat(client.query("select 1")).extracting(Message::tag).contains('D');
        }
    }

    @Test
    void cancelsACopyToTheClient() {
        try (Rig rig = Rig.before(Rig.postgres(), "default_pool_size = 1");
                WireClient client = rig.client()) {
            client.send(
                    Wire.query(
                            // in the select list, where the server does not compute it beforehand
                            "copy (select repeat('x', 1000), generate_series(1, 100000000))"
                                    + " to stdout"));
            assertThat(client.read().tag()).isEqualTo('H');
            cancel(rig, client);
            assertThat(client.summaries()).contains("Z I").anyMatch(s -> s.startsWith("E 57014"));
            rig.awaitIdle();
        }
    }

    /** However often someone asks: the session goes on, and the next client is not hit. */
    @Test
    void aFloodOfCancelsHitsNobodyElse() {
        try (Rig rig = Rig.before(Rig.postgres(), "default_pool_size = 1");
                WireClient a = rig.client();
                WireClient b = rig.client()) {
            for (int round = 0; round < 5; round++) {
                a.send(Wire.query("select pg_sleep(10)"));
                awaitAsleep(rig);
                for (int i = 0; i < 20; i++) {
                    cancel(rig, a);
                }
                b.send(Wire.query("select pg_sleep(0.02), 'b'"));
                assertThat(a.summaries()).last().isEqualTo("Z I");
                assertThat(summaries(b)).contains("D |b", "Z I");
            }
            rig.awaitIdle();
        }
    }

    /** The one who cancels vanishes before PostgreSQL could look: it is cancelled all the same. */
    @Test
    void aCancelCountsThoughItsSenderIsGone() {
        try (Rig rig = Rig.before(Rig.postgres());
                WireClient client = rig.client()) {
            client.send(Wire.query("select pg_sleep(30)"));
            awaitAsleep(rig);
            try (WireClient sender = rig.connect()) {
                sender.send(Wire.cancel(client.processId(), client.secret()));
            }
            assertThat(client.summaries()).contains("Z I").anyMatch(s -> s.startsWith("E 57014"));
        }
    }

    /** If PostgreSQL does not take the cancel in time, the connection is not trusted any more. */
    @Test
    void aConnectionIsClosedWhenItsCancelDoesNotEnd() {
        try (Link link = Link.to(Rig.postgres());
                Rig rig = Rig.before(link, "default_pool_size = 1", "cancel_wait_timeout = 0.3");
                WireClient a = rig.client();
                WireClient b = rig.client()) {
            int first = serverOf(a);
            a.send(Wire.query("select pg_sleep(1)"));
            awaitAsleep(rig);
            link.toServer().delay(Duration.ofSeconds(4));
            cancel(rig, a);
            assertThat(a.summaries()).last().isEqualTo("Z I");
            link.toServer().delay(Duration.ZERO);
            assertThat(serverOf(b)).isNotEqualTo(first);
        }
    }

    /** PostgreSQL looks at a cancel in a COPY only when the next data come. */
    private static void awaitCancelled(WireClient client) {
        Awaitility.await("the COPY is cancelled")
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    client.send(Wire.copyData("b\n".getBytes(StandardCharsets.UTF_8)));
                    Message message = client.tryRead(Duration.ofMillis(20));
                    return message != null && message.summary().startsWith("E 57014");
                });
    }

    private static int serverOf(WireClient client) {
        return Integer.parseInt(
                String.valueOf(client.query("select pg_backend_pid()").get(1).row().getFirst()));
    }

    private static void cancel(Rig rig, WireClient client) {
        WireClient.cancel("127.0.0.1", rig.port(), client.processId(), client.secret());
    }

    private static List<String> summaries(WireClient client) {
        return client.readUntilReady().stream().map(Message::summary).toList();
    }

    private static void pauseUpTo(Random random, int millis) {
        java.util.concurrent.locks.LockSupport.parkNanos(random.nextInt(millis) * 1_000_000L);
    }

    /** PostgreSQL has the query: Weir's own view is ahead of it. */
    private static void awaitAsleep(Rig rig) {
        try (WireClient observer = rig.direct(Map.of("database", "postgres"))) {
            Awaitility.await("PostgreSQL sleeps")
                    .pollInterval(Duration.ofMillis(5))
                    .until(() ->
                            observer
                                    .query(
                                            "select 1 from pg_stat_activity where wait_event ="
                                                    + " 'PgSleep'")
                                    .stream()
                                    .anyMatch(message -> message.tag() == 'D'));
        }
    }

    private static void awaitWaiting(Rig rig, int count) {
        Awaitility.await("a client waits")
                .pollInterval(Duration.ofMillis(5))
                .until(() -> rig.counts().get(Metric.WAITING_CLIENTS) == count);
    }
}
