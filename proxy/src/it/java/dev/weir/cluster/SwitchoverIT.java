package dev.weir.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.PgVersion;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.LogLines;
import dev.weir.support.Rig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** HOLD, RELEASE and SWITCHOVER: clients wait a little longer, and see no error. */
@NullMarked
final class SwitchoverIT {
    private static final String WAITING =
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'relation'";

    private static final String IDLE_IN_BLOCK =
            "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'";

    private static final Logger log = LoggerFactory.getLogger(SwitchoverIT.class);

    private static final int ROUNDS = Rig.SOAK ? 50 : 3;

    @TempDir private @Nullable Path directory;

    private Moving start(PgVersion version, List<String> patroni) {
        String urls = String.join(",", patroni);
        return Moving.startWith(
                version, Objects.requireNonNull(directory), " patroni='" + urls + "'");
    }

    private Moving start(PgVersion version, String... settings) {
        return Moving.start(version, Objects.requireNonNull(directory), settings);
    }

    @ParameterizedTest
    @EnumSource
    void noClientNoticesThatThePrimaryMoves(PgVersion version) throws InterruptedException {
        assumeTrue(version.available());
        List<Long> waits = new ArrayList<>();
        List<Long> gaps = new ArrayList<>();
        try (LogLines lines = LogLines.beginAt(Level.WARN);
                Moving moving = start(version, "commit_certainty = block");
                var load = new MovingLoad(moving.weir(), 15)) {
            for (int round = 0; round < ROUNDS && load.errors().isEmpty(); round++) {
                long before = load.count();
                await().until(() -> load.count() > before + 50 || !load.errors().isEmpty());
                load.takeLongestMillis();
                moving.switchOver();
                long begin = System.nanoTime();
                moving.primary().stop();
                moving.standby().promote();
                gaps.add((System.nanoTime() - begin) / 1_000_000);
                moving.changeRoles();
                long then = load.count();
                await().until(() -> load.count() > then + 50 || !load.errors().isEmpty());
                waits.add(load.takeLongestMillis());
                moving.standby().follow(moving.primary());
                moving.standby().start();
                moving.awaitBothUp();
                assertThat(moving.lastFailover())
                        .containsEntry("planned", "yes")
                        .containsEntry("timeline", "" + (round + 2))
                        .containsEntry("rolled_back", "0")
                        .containsEntry("in_doubt", "0")
                        .containsEntry("lost_max", "0")
                        .doesNotContainEntry("fork_lsn", null);
            }
            load.end(moving.primary().jdbcUrl("postgres") + "?user=postgres");
            assertThat(load.errors()).isEmpty();
            assertThat(lines.all())
                    .as("what was stopped is no rival")
                    .noneMatch(line -> line.contains("primary_refused"));
            log.warn(
                    "switchovers={} rows={} longest_wait_ms: {} gap_ms: {}",
                    waits.size(),
                    load.count(),
                    MovingLoad.statistics(waits),
                    MovingLoad.statistics(gaps));
        }
    }

    @Test
    void holdLetsAllWaitWhoNeedThePrimaryInTheirOrder() {
        try (Moving moving = start(PgVersion.V18, "default_pool_size = 1")) {
            List<WireClient> clients = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                clients.add(moving.client());
            }
            try (WireClient open = moving.client();
                    WireClient reader = moving.client()) {
                await().until(() -> moving.readsOnStandby(reader));
                open.query("BEGIN");
                open.query("INSERT INTO t VALUES (0, 0)");
                CompletableFuture<List<Message>> held =
                        CompletableFuture.supplyAsync(() -> moving.console("HOLD app"));
                await().until(() ->
                        !moving.weir().weir().pools().gates().ofPrimary("app").isOpen());
                assertThat(open.query("INSERT INTO t VALUES (0, 1)").getFirst().summary())
                        .isEqualTo("C INSERT 0 1");
                assertThat(held).isNotDone();
                open.query("COMMIT");
                assertThat(held)
                        .succeedsWithin(Duration.ofSeconds(20))
                        .extracting(answer -> answer.getFirst().summary())
                        .isEqualTo("C HOLD");
                for (int i = 0; i < clients.size(); i++) {
                    clients.get(i).send(Wire.query("SELECT nextval('turn')"));
                    awaitWaiting(moving, i + 1);
                }
                assertThat(reader.query("SELECT count(*) FROM t").get(1).summary())
                        .as("on the replica")
                        .isEqualTo("D 2");
                assertThat(moving.console("RELEASE app").getFirst().summary())
                        .isEqualTo("C RELEASE");
                for (int i = 0; i < clients.size(); i++) {
                    assertThat(clients.get(i).readUntilReady())
                            .extracting(Message::summary)
                            .contains("D " + (i + 1));
                }
                assertThat(moving.console("RELEASE app").getFirst().summary())
                        .contains("is not held");
            } finally {
                clients.forEach(WireClient::close);
            }
        }
    }

    private static void awaitWaiting(Moving moving, int count) {
        await().until(() ->
                moving.console("SHOW POOLS").stream()
                                .filter(m -> m.tag() == 'D' && "app".equals(m.row().getFirst()))
                                .mapToInt(m -> Integer.parseInt(String.valueOf(m.row().get(3))))
                                .sum()
                        == count);
    }

    /** The answer means that promoting loses nothing. */
    @Test
    void isNotAnsweredBeforeTheNextPrimaryHasAll() {
        try (Moving moving = start(PgVersion.V18);
                WireClient client = moving.client()) {
            moving.standby().pauseReplay();
            client.query("INSERT INTO t VALUES (0, 0)");
            CompletableFuture<String> switching =
                    CompletableFuture.supplyAsync(() -> {
                        moving.switchOver();
                        return moving.standby().queryText("SELECT count(*) FROM t");
                    });
            await().until(() -> !moving.weir().weir().pools().gates().ofPrimary("app").isOpen());
            assertThat(switching).failsWithin(Duration.ofMillis(300));
            moving.standby().resumeReplay();
            assertThat(switching).succeedsWithin(Duration.ofSeconds(20)).isEqualTo("1");
        }
    }

    /** Single statements run as long as a block is open; then nothing does. */
    @Test
    void blocksThatOutlastTheGraceAreRolledBack() {
        try (Moving moving = start(PgVersion.V18);
                WireClient open = moving.client();
                WireClient single = moving.client();
                WireClient running = moving.client();
                WireClient locker = moving.primary().wire();
                WireClient late = moving.client()) {
            open.query("BEGIN");
            open.query("INSERT INTO t VALUES (0, 0)");
            locker.login(PgNode.USER, "postgres", PgNode.PASSWORD);
            locker.query("BEGIN; LOCK TABLE t2");
            running.send(Wire.query("INSERT INTO t2 VALUES (1)"));
            await().until(() -> moving.primary().queryText(WAITING).equals("1"));
            CompletableFuture<List<Message>> switching =
                    CompletableFuture.supplyAsync(() -> moving.console("SWITCHOVER app GRACE 1"));
            await().until(() -> !moving.weir().weir().pools().gates().ofPrimary("app").isOpen());
            late.query("BEGIN");
            late.send(Wire.query("INSERT INTO t VALUES (2, 0)"));
            assertThat(single.query("INSERT INTO t VALUES (1, 0)").getFirst().summary())
                    .isEqualTo("C INSERT 0 1");
            await().until(() -> moving.primary().queryText(IDLE_IN_BLOCK).equals("1")); // locker
            locker.query("COMMIT");
            assertThat(running.readUntilReady().getFirst().summary())
                    .as("it had begun before all had to wait, and is not in doubt")
                    .isEqualTo("C INSERT 0 1");
            assertThat(switching)
                    .succeedsWithin(Duration.ofSeconds(20))
                    .extracting(answer -> answer.getLast().status())
                    .isEqualTo('I');
            assertThat(open.query("SELECT 1").getFirst().summary()).startsWith("E 40001");
            single.send(Wire.query("INSERT INTO t VALUES (1, 1)"));
            moving.swap();
            assertThat(late.readUntilReady().getLast().summary()).isEqualTo("Z T");
            late.query("COMMIT");
            assertThat(single.readUntilReady().getFirst().summary()).isEqualTo("C INSERT 0 1");
            assertThat(
                            single.query(
                                    "SELECT string_agg(client || at, ' ' ORDER BY client, n) FROM"
                                            + " t"))
                    .extracting(Message::summary)
                    .contains("D 100000001 100000002 200000002");
        }
    }

    @Test
    void theOldPrimaryServesAgainIfNoOtherIsPromoted() {
        try (Moving moving = start(PgVersion.V18, "switchover_timeout = 1");
                WireClient client = moving.client()) {
            assertThat(moving.switchOver())
                    .anyMatch(message -> message.summary().contains("within 1 seconds"));
            assertThat(client.query("INSERT INTO t VALUES (0, 0)").getFirst().summary())
                    .isEqualTo("C INSERT 0 1");
            moving.switchOver();
            moving.console("RELEASE app");
            assertThat(client.query("INSERT INTO t VALUES (0, 1)").getFirst().summary())
                    .isEqualTo("C INSERT 0 1");
        }
    }

    /** What plays Patroni does what Patroni would do. */
    @Test
    void patroniPromotes() throws IOException {
        HttpServer patroni =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        var refuses = new AtomicBoolean(true);
        var asked = new AtomicReference<>("");
        String url = "http://weir:secret@127.0.0.1:" + patroni.getAddress().getPort();
        try (Moving moving = start(PgVersion.V18, List.of("http://127.0.0.1:1", url));
                WireClient client = moving.client()) {
            String member =
                    "{\"name\": \"n%1$d\", \"host\": \"localhost\", \"port\": %1$d, \"tags\": {}}";
            String members =
                    "{\"members\": [%s, %s], \"scope\": \"demo\"}"
                            .formatted(
                                    member.formatted(moving.primary().port()),
                                    member.formatted(moving.standby().port()));
            patroni.createContext("/cluster", exchange -> answer(exchange, 200, members));
            patroni.createContext(
                    "/switchover",
                    exchange -> {
                        asked.set(
                                exchange.getRequestHeaders().getFirst("Authorization")
                                        + " "
                                        + new String(
                                                exchange.getRequestBody().readAllBytes(),
                                                StandardCharsets.UTF_8));
                        if (refuses.get()) {
                            answer(exchange, 412, "candidate is not healthy");
                        } else {
                            moving.swap();
                            answer(exchange, 200, "Successfully switched over");
                        }
                    });
            patroni.start();
            String from = "n" + moving.primary().port();
            String to = "n" + moving.standby().port();
            assertThat(moving.console("SWITCHOVER app").getFirst().summary())
                    .contains("412 candidate is not healthy");
            assertThat(client.query("INSERT INTO t VALUES (0, 0)").getFirst().summary())
                    .isEqualTo("C INSERT 0 1");
            refuses.set(false);
            assertThat(moving.console("SWITCHOVER app").getFirst().summary())
                    .contains("is the primary");
            assertThat(asked.get())
                    .isEqualTo(
                            "Basic d2VpcjpzZWNyZXQ= {\"leader\": \"%s\", \"candidate\": \"%s\"}"
                                    .formatted(from, to));
            assertThat(client.query("INSERT INTO t VALUES (0, 1) RETURNING at"))
                    .extracting(Message::summary)
                    .contains("D 00000002");
        } finally {
            patroni.stop(0);
        }
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Test
    void whatCannotBeIsRefused() {
        try (Moving moving = start(PgVersion.V18)) {
            assertThat(moving.console("SWITCHOVER nowhere").getFirst().summary())
                    .contains("no such database");
            assertThat(moving.console("SWITCHOVER app TO nowhere:1").getFirst().summary())
                    .contains("it has no node nowhere:1");
            String primary = Moving.address(moving.primary());
            assertThat(moving.console("SWITCHOVER app TO " + primary).getFirst().summary())
                    .contains(primary + " is the primary");
            moving.switchOver();
            assertThat(moving.console("SWITCHOVER app").getFirst().summary())
                    .contains("another one is under way");
        }
    }

    @Test
    void whoIsNotMovedIsToldBeforeItBegins() {
        String again = "\nagain = nodes=NODES dbname=postgres";
        Path place = Objects.requireNonNull(directory);
        try (Moving moving = Moving.startWith(PgVersion.V18, place, again);
                WireClient pinned = moving.client()) {
            pinned.query("CREATE TEMP TABLE mine (n int)");
            pinned.query("BEGIN");
            try (WireClient console = moving.weir().console()) {
                console.send(Wire.query("SWITCHOVER app GRACE 60"));
                assertThat(console.read().summary()).contains("1 sessions keep");
                assertThat(console.read().summary())
                        .contains("clients of again have the same primary, and are not held");
                assertThat(pinned.query("SELECT 1").getLast().summary())
                        .as("it was said before anybody is moved")
                        .isEqualTo("Z T");
                pinned.query("COMMIT");
                assertThat(console.readUntilReady().toString())
                        .contains("1 sessions could not be moved and were closed", "clients wait");
            }
            assertThat(pinned.read().summary()).startsWith("E 57P01");
        }
    }
}
