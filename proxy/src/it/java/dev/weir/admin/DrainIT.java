package dev.weir.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.ServerError;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** DRAIN: the clients of one database are let go, each between two of its transactions. */
@Timeout(60)
final class DrainIT {
    private static final String GONE = "terminating connection due to administrator command";

    /** The common pool may have one thread. */
    private static final Executor BESIDE = task -> Thread.ofVirtual().start(task);

    private Rig rig;
    private WireClient console;

    @BeforeEach
    void start() {
        PgNode node = Rig.postgres();
        String at = "host=%s port=%d dbname=postgres".formatted(node.host(), node.port());
        rig =
                Rig.with(
                        "app = %s\nwhole = %s pool_mode=session\nother = %s".formatted(at, at, at),
                        "admin_users = " + Rig.USER);
        console = enters("pgbouncer");
    }

    @AfterEach
    void stop() {
        console.close();
        rig.awaitEmpty();
        rig.close();
    }

    private WireClient enters(String database) {
        WireClient client = rig.connect();
        client.login(Rig.USER, database);
        return client;
    }

    private static List<String> summaries(List<Message> messages) {
        return messages.stream().map(Message::summary).toList();
    }

    private static void isSentAway(WireClient client) {
        assertThat(client.read().summary()).isEqualTo("E 57P01 " + GONE);
        assertThat(client.isClosedByPeer()).isTrue();
    }

    private CompletableFuture<List<Message>> drains(String database) {
        return CompletableFuture.supplyAsync(() -> console.query("DRAIN " + database), BESIDE);
    }

    /** Waits until nobody is let in. */
    private void awaitDisabled(String database) {
        await().until(() -> {
            try (WireClient late = enters(database)) {
                return late.isClosedByPeer(Duration.ofMillis(1));
            } catch (ServerError e) {
                return String.valueOf(e.getMessage()).contains("is disabled");
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"app", "whole"})
    void eachLeavesWhenItsTransactionIsOver(String database) {
        try (WireClient idle = enters(database);
                WireClient inside = enters(database);
                WireClient running = enters(database);
                WireClient elsewhere = enters("other")) {
            idle.query("select 1");
            inside.query("begin");
            running.send(Wire.query("select pg_sleep(1), 'through'"));
            CompletableFuture<List<Message>> drained = drains(database);
            isSentAway(idle);
            assertThat(inside.query("select 2").toString()).contains("SELECT 1");
            assertThat(drained).isNotDone();
            awaitDisabled(database);
            assertThat(summaries(running.readUntilReady())).contains("D |through");
            isSentAway(running);
            assertThat(summaries(inside.query("commit"))).contains("C COMMIT", "Z I");
            isSentAway(inside);
            assertThat(drained.join().toString()).contains("DRAIN");
            assertThat(elsewhere.query("select 3").toString()).contains("SELECT 1");
        }
    }

    /** A client that never pauses is never seen idle. */
    @Test
    void aBusyClientLeavesBetweenTwoOfItsTransactions() {
        try (WireClient busy = enters("app")) {
            CompletableFuture<String> end =
                    CompletableFuture.supplyAsync(
                            () -> {
                                try {
                                    while (true) {
                                        for (String sql :
                                                List.of(
                                                        "begin",
                                                        "select pg_sleep(0.01)",
                                                        "commit")) {
                                            busy.query(sql);
                                        }
                                    }
                                } catch (ServerError
                                        | UncheckedIOException e) { // what it sent may cross
                                    return "over";
                                }
                            },
                            BESIDE);
            assertThat(drains("app").join().toString()).contains("DRAIN");
            assertThat(end.join()).isEqualTo("over");
        }
    }

    /** The server has it already. */
    @Test
    void whatWasSentTogetherWithTheEndIsAnswered() {
        try (WireClient client = enters("app")) {
            client.query("begin");
            CompletableFuture<List<Message>> drained = drains("app");
            awaitDisabled("app");
            client.send(Wire.concat(Wire.query("commit"), Wire.query("select 'sent'")));
            assertThat(summaries(client.readUntilReady())).contains("C COMMIT");
            assertThat(summaries(client.readUntilReady())).contains("D sent");
            isSentAway(client);
            assertThat(drained.join().toString()).contains("DRAIN");
        }
    }

    @Test
    void aPinnedClientLeavesToo() {
        try (WireClient pinned = enters("app")) {
            pinned.query("declare c cursor with hold for select 1");
            drains("app").join();
            isSentAway(pinned);
        }
    }

    @Test
    void enableLetsThemIn() {
        drains("app").join();
        console.query("ENABLE app");
        try (WireClient client = enters("app")) {
            assertThat(client.query("select 1").toString()).contains("SELECT 1");
            assertThat(client.isClosedByPeer(Duration.ofMillis(700))).isFalse();
        }
    }
}
