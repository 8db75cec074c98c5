package dev.weir.session;

import static dev.weir.pgkit.Wire.bind;
import static dev.weir.pgkit.Wire.execute;
import static dev.weir.pgkit.Wire.parse;
import static dev.weir.pgkit.Wire.query;
import static dev.weir.pgkit.Wire.sync;
import static dev.weir.pgkit.Wire.terminate;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.metrics.Metric;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** More clients need a server connection of their own than may have one. */
final class PinsAtTheirLimitIT {
    private static final int CLIENTS = 8;

    /** Four of five connections may be pinned. */
    private static Rig five(String... settings) {
        List<String> lines = new ArrayList<>(List.of("default_pool_size = 5", "listen = pin"));
        lines.addAll(List.of(settings));
        return Rig.before(Rig.postgres(), lines.toArray(String[]::new));
    }

    private static List<String> ask(WireClient client, String sql) {
        client.send(query(sql));
        return client.summaries();
    }

    private static List<String> run(WireClient client, String sql) {
        client.send(parse("", sql), bind("", ""), execute("", 0), sync());
        return client.summaries();
    }

    private static void awaitWaiting(Rig rig, int count) {
        rig.awaitCounts(now -> assertThat(now.get(Metric.WAITING_CLIENTS)).isEqualTo(count));
    }

    /** Each client does the same on a thread of its own. */
    private static void all(Rig rig, Consumer<WireClient> what)
            throws ExecutionException, InterruptedException {
        try (ExecutorService threads = Executors.newFixedThreadPool(CLIENTS)) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                running.add(
                        threads.submit(() -> {
                            try (WireClient client = rig.client()) {
                                what.accept(client);
                            }
                        }));
            }
            for (Future<?> one : running) {
                one.get();
            }
        }
        rig.awaitIdle();
    }

    /** The server raises the error, and the client reads it in Weir's words. */
    @Test
    void saysWhyAsIfNobodyHadRaisedIt() {
        try (Rig rig = Rig.before(Rig.postgres(), "default_pool_size = 1");
                WireClient client = rig.client()) {
            for (boolean extended : new boolean[] {false, true}) {
                ask(client, "begin");
                String sql = "create temp table t (a int)";
                client.send(
                        extended
                                ? new byte[][] {
                                    parse("", sql), bind("", ""), execute("", 0), sync()
                                }
                                : new byte[][] {query(sql)});
                Message error = client.read();
                while (error.tag() == '1') {
                    error = client.read();
                }
                assertThat(error.fields())
                        .containsEntry('C', "53300")
                        .containsEntry('S', "ERROR")
                        .doesNotContainKeys('W', 'F', 'R');
                assertThat(error.fields().get('H')).contains("pool_mode");
                assertThat(client.read().summary()).isEqualTo("Z E");
                assertThat(ask(client, "select 1").getFirst()).startsWith("E 25P02");
                ask(client, "rollback");
            }
            assertThat(ask(client, "select 1")).contains("D 1");
        }
    }

    @Test
    void allGetTheLockOneAfterTheOther() throws ExecutionException, InterruptedException {
        try (Rig rig = five()) {
            all(
                    rig,
                    client -> {
                        for (int i = 0; i < 5; i++) {
                            assertThat(ask(client, "select pg_advisory_lock(1)"))
                                    .contains("C SELECT 1", "Z I");
                            assertThat(ask(client, "select pg_advisory_unlock(1)"))
                                    .contains("D t", "Z I");
                            assertThat(run(client, "select pg_advisory_lock(1)"))
                                    .contains("C SELECT 1", "Z I");
                            assertThat(run(client, "select pg_advisory_unlock(1)"))
                                    .contains("D t", "Z I");
                        }
                    });
        }
    }

    @Test
    void allReadTheirCursorsToTheEnd() throws ExecutionException, InterruptedException {
        try (Rig rig = five()) {
            all(
                    rig,
                    client -> {
                        assertThat(
                                        ask(
                                                client,
                                                "declare c cursor with hold for select"
                                                        + " generate_series(1, 3)"))
                                .containsExactly("C DECLARE CURSOR", "Z I");
                        for (int i = 1; i <= 3; i++) {
                            assertThat(ask(client, "fetch c")).contains("D " + i);
                        }
                        assertThat(ask(client, "close c")).contains("Z I");
                    });
        }
    }

    @Test
    void theSameInPreparedStatements() throws ExecutionException, InterruptedException {
        try (Rig rig = five()) {
            all(
                    rig,
                    client -> {
                        client.send(parse("l", "select pg_advisory_lock(2)"), sync());
                        assertThat(client.summaries()).endsWith("Z I");
                        for (int i = 0; i < 5; i++) {
                            client.send(bind("", "l"), execute("", 0), sync());
                            assertThat(client.summaries()).contains("C SELECT 1", "Z I");
                            assertThat(ask(client, "select pg_advisory_unlock_all()"))
                                    .contains("Z I");
                        }
                    });
        }
    }

    @Test
    void whoWaitsForAPinIsInNobodysWayAndSeen() {
        try (Rig rig = five();
                WireClient blocked = rig.client();
                WireClient other = rig.client()) {
            List<WireClient> pinned = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                WireClient client = rig.client();
                assertThat(ask(client, "listen a")).containsExactly("C LISTEN", "Z I");
                pinned.add(client);
            }
            blocked.send(query("listen b"));
            awaitWaiting(rig, 1);
            for (int i = 0; i < 20; i++) {
                assertThat(ask(other, "select 1")).contains("D 1", "Z I");
            }
            awaitWaiting(rig, 1);
            assertThat(ask(pinned.getFirst(), "unlisten *")).contains("Z I");
            assertThat(blocked.summaries()).containsExactly("C LISTEN", "Z I");
            pinned.forEach(WireClient::close);
        }
    }

    @Test
    void inABlockThereIsAnErrorAtOnce() {
        try (Rig rig = five("max_pinned = 1");
                WireClient pinned = rig.client();
                WireClient client = rig.client()) {
            ask(pinned, "listen a");
            assertThat(ask(client, "begin")).contains("Z T");
            assertThat(ask(client, "listen b"))
                    .anyMatch(one -> one.contains("53300"))
                    .contains("Z E");
            assertThat(ask(client, "rollback")).contains("Z I");

            assertThat(run(client, "begin")).contains("Z T");
            assertThat(run(client, "listen b"))
                    .startsWith("1")
                    .anyMatch(one -> one.contains("53300"))
                    .endsWith("Z E");
            assertThat(run(client, "rollback")).contains("Z I");

            client.send(
                    parse("", "select 1"),
                    bind("", ""),
                    execute("", 0),
                    parse("", "listen b"),
                    bind("", ""),
                    execute("", 0),
                    sync());
            assertThat(client.summaries())
                    .contains("C SELECT 1")
                    .anyMatch(one -> one.contains("53300"))
                    .doesNotContain("C LISTEN")
                    .endsWith("Z I");
            assertThat(run(client, "select 'goes on'")).contains("D goes on", "Z I");
        }
    }

    @Test
    void theWaitEndsAsAnyOther() {
        try (Rig rig = five("max_pinned = 1", "query_wait_timeout = 1");
                WireClient pinned = rig.client();
                WireClient late = rig.client();
                WireClient cancelled = rig.client()) {
            ask(pinned, "listen a");
            cancelled.send(query("listen b"));
            awaitWaiting(rig, 1);
            WireClient.cancel("127.0.0.1", rig.port(), cancelled.processId(), cancelled.secret());
            assertThat(cancelled.readUntilReady())
                    .extracting(Message::summary)
                    .anyMatch(one -> one.contains("57014"))
                    .endsWith("Z I");
            late.send(query("listen b"));
            Message end = late.read();
            assertThat(end.summary()).contains("query_wait_timeout");
            rig.awaitCounts(now -> assertThat(now.get(Metric.WAITING_CLIENTS)).isZero());
            assertThat(ask(pinned, "unlisten *")).contains("Z I");
            assertThat(ask(cancelled, "listen c")).containsExactly("C LISTEN", "Z I");
        }
    }

    @Test
    void whoIsGoneWaitsNoMore() {
        try (Rig rig = five("max_pinned = 1");
                WireClient pinned = rig.client();
                WireClient next = rig.client()) {
            ask(pinned, "listen a");
            WireClient gone = rig.client();
            gone.send(query("listen b"));
            awaitWaiting(rig, 1);
            next.send(query("listen c"));
            awaitWaiting(rig, 2);
            gone.reset();
            awaitWaiting(rig, 1);
            pinned.send(terminate());
            assertThat(next.summaries()).containsExactly("C LISTEN", "Z I");
        }
    }

    /** Its text is too long to be read: only the server knows. */
    @Test
    void whatTurnsOutToBeAPinMayExceedTheLimit() {
        String unread = "create temp table hidden (i int) /*" + "x".repeat(70_000) + "*/";
        try (Rig rig = five("max_pinned = 1");
                WireClient pinned = rig.client();
                WireClient client = rig.client();
                WireClient other = rig.client()) {
            ask(pinned, "listen a");
            assertThat(ask(client, unread)).containsExactly("C CREATE TABLE", "Z I");
            assertThat(ask(client, "select count(*) from hidden")).contains("D 0", "Z I");
            assertThat(ask(pinned, "unlisten *")).contains("Z I");

            other.send(query("listen b"));
            awaitWaiting(rig, 1); // the one that exceeded the limit counts
            assertThat(ask(client, "drop table hidden")).contains("Z I");
            assertThat(other.summaries()).containsExactly("C LISTEN", "Z I");
        }
    }
}
