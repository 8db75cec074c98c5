package dev.weir.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.PgVersion;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The primary dies, and a replica takes its place: who waits is served there. */
@NullMarked
final class FailoverIT {
    private static final Logger log = LoggerFactory.getLogger(FailoverIT.class);

    private static final int ROUNDS = Rig.SOAK ? 20 : 2;
    private static final int CLIENTS = 8;

    private static final String SYNCHRONOUS = "SHOW synchronous_standby_names";

    private static final String WAITING =
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event IN ('SyncRep', 'relation')";

    /** What the primary has committed for clients that wait for a standby that is none. */
    private static final String THERE = "SELECT count(*) FROM t WHERE client IN (1, 5)";

    @TempDir private @Nullable Path directory;

    private Moving start(PgVersion version, String... settings) {
        return Moving.start(version, Objects.requireNonNull(directory), settings);
    }

    @ParameterizedTest
    @EnumSource
    void whoWaitsIsServedByTheNewPrimaryAndTheOldOneGetsNoWrites(PgVersion version) {
        assumeTrue(version.available());
        List<Long> waits = new ArrayList<>();
        List<Long> gaps = new ArrayList<>();
        try (Moving moving = start(version)) {
            List<WireClient> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(moving.client());
            }
            for (int round = 1; round <= ROUNDS; round++) {
                writes(clients, round * 10);
                PgNode old = moving.primary();
                long begin = System.nanoTime();
                old.kill();
                for (int i = 0; i < CLIENTS; i++) {
                    clients.get(i).send(insert(i, round * 10 + 1));
                }
                await().until(() -> waiting(moving) > 0);
                moving.standby().promote();
                gaps.add((System.nanoTime() - begin) / 1_000_000);
                answers(clients);
                waits.add((System.nanoTime() - begin) / 1_000_000);
                moving.changeRoles();

                old.start(); // beside the new one, and believes to be the primary
                await().until(() -> "other out".equals(moving.sees(old)));
                writes(clients, round * 10 + 2);
                assertThat(old.queryText("SELECT count(*) FROM t WHERE n > " + round * 10))
                        .isEqualTo("0");
                assertThat(
                                moving.primary()
                                        .queryText(
                                                "SELECT count(*) FROM t WHERE n > %d AND at ="
                                                                .formatted(round * 10)
                                                        + " '%08X'".formatted(round + 1)))
                        .isEqualTo("" + 2 * CLIENTS);
                assertThat(moving.lastFailover().get("planned")).isEqualTo("no");
                assertThat(moving.ofLastFailover("cl_held")).isPositive();
                moving.copyStandby();
            }
            clients.forEach(WireClient::close);
            log.warn(
                    "crashes={} longest_wait_ms: {} gap_ms: {}",
                    ROUNDS,
                    MovingLoad.statistics(waits),
                    MovingLoad.statistics(gaps));
        }
    }

    /** Of what clients were told to be committed, a replica that was promoted lacks a part. */
    @ParameterizedTest
    @EnumSource
    void whatTheNewPrimaryLacksIsReported(PgVersion version) {
        assumeTrue(version.available());
        try (Moving moving = start(version);
                WireClient client = moving.client()) {
            for (int n = 0; n < 20; n++) {
                client.query("INSERT INTO t VALUES (1, " + n + ")");
            }
            moving.awaitReplay();
            moving.standby().stop();
            for (int n = 20; n < 60; n++) {
                client.query("INSERT INTO t VALUES (1, " + n + ")");
            }
            for (int n = 60; n < 70; n++) {
                client.query("BEGIN");
                client.query("INSERT INTO t VALUES (1, " + n + ")");
                client.query(n % 2 == 0 ? "COMMIT" : "ROLLBACK");
            }
            client.query("INSERT INTO t VALUES (1, 1)"); // it is there already
            moving.primary().kill();
            client.send(Wire.query("SELECT 1"));
            moving.standby().start();
            moving.standby().promote();
            client.readUntilReady();
            await().until(() -> moving.ofLastFailover("lost_max") > 0);
            assertThat(moving.lastFailover().get("fork_lsn")).isNotNull();
            long min = moving.ofLastFailover("lost_min");
            long max = moving.ofLastFailover("lost_max");
            assertThat(45L).isBetween(min, max);
            assertThat(max - min).as("%d to %d", min, max).isLessThan(15);
            moving.changeRoles();
            client.query("INSERT INTO t VALUES (2, 1)");
            assertThat(moving.primary().queryText("SELECT count(*) FROM t")).isEqualTo("21");
        }
    }

    /** What hangs in a server that then dies has one of four ends. */
    @Test
    void whatBecameOfEachTransactionIsCounted() {
        try (Moving moving = start(PgVersion.V18, "commit_certainty = block");
                WireClient blocker = moving.primary().wire();
                WireClient idle = moving.client();
                WireClient single = moving.client();
                WireClient commits = moving.client();
                WireClient reads = moving.client()) {
            await("what only reads is known").until(() -> moving.readsOnStandby(reads));
            reads.query("SET weir.route = primary");
            await("so is what is run again").until(() -> moving.knowsCatalog(reads));
            List<WireClient> all = List.of(idle, commits, single, reads);
            for (int i = 0; i < all.size(); i++) { // so each has a connection
                all.get(i).query("BEGIN");
                all.get(i).query("INSERT INTO t VALUES (" + i + ", 1)");
                all.get(i).query("SELECT 1");
            }
            single.query("ROLLBACK");
            reads.query("ROLLBACK");
            blocker.login(PgNode.USER, "postgres", PgNode.PASSWORD);
            blocker.query("BEGIN; LOCK TABLE t2");
            moving.primary().setting("synchronous_standby_names", "nobody");
            await().until(() -> moving.primary().queryText(SYNCHRONOUS).equals("nobody"));
            single.send(insert(5, 1));
            commits.send(Wire.query("COMMIT"));
            reads.send(Wire.query("SELECT count(*) FROM t2"));
            await().until(() -> moving.primary().queryText(WAITING).equals("3"));
            await().until(() -> moving.standby().queryText(THERE).equals("2"));
            moving.primary().kill();
            moving.standby().promote();
            assertThat(commits.readUntilReady().getFirst().summary()).isEqualTo("C COMMIT");
            assertThat(single.readUntilReady().getFirst().summary()).startsWith("E 08007");
            assertThat(reads.readUntilReady()).extracting(Message::summary).contains("D 0");
            assertThat(idle.query("SELECT 1").getFirst().summary()).startsWith("E 40001");
            assertThat(moving.lastFailover())
                    .containsEntry("retried", "1")
                    .containsEntry("rolled_back", "1")
                    .containsEntry("in_doubt", "1")
                    .containsEntry("resolved", "1");
            moving.changeRoles();
        }
    }

    private static byte[] insert(int client, int n) {
        return Wire.query("INSERT INTO t VALUES (" + client + ", " + n + ")");
    }

    private static void writes(List<WireClient> clients, int n) {
        for (int i = 0; i < clients.size(); i++) {
            clients.get(i).send(insert(i, n));
        }
        answers(clients);
    }

    private static void answers(List<WireClient> clients) {
        for (WireClient client : clients) {
            assertThat(client.readUntilReady())
                    .extracting(Message::summary)
                    .contains("C INSERT 0 1");
        }
    }

    private static int waiting(Moving moving) {
        return moving.console("SHOW POOLS").stream()
                .filter(m -> m.tag() == 'D' && "app".equals(m.row().getFirst()))
                .mapToInt(m -> Integer.parseInt(String.valueOf(m.row().get(3))))
                .sum();
    }

    /** The old primary is restarted as a standby before the other is promoted. */
    @Test
    void readsGoOnWhileThereIsNoPrimary() {
        try (Moving moving = start(PgVersion.V18);
                WireClient reader = moving.client();
                WireClient writer = moving.client()) {
            writer.query("INSERT INTO t VALUES (1, 1)");
            await("the functions are known, and so what only reads")
                    .until(() -> moving.readsOnStandby(reader));
            moving.primary().stop();
            moving.primary().follow(moving.standby());
            moving.primary().start();
            await().until(() -> !String.valueOf(moving.sees(moving.primary())).startsWith("prim"));
            writer.send(Wire.query("INSERT INTO t VALUES (1, 2)"));
            await().until(() -> waiting(moving) == 1);
            assertThat(count(reader)).isEqualTo("D 1");
            moving.standby().promote();
            assertThat(writer.readUntilReady())
                    .extracting(Message::summary)
                    .contains("C INSERT 0 1");
        }
    }

    private static String count(WireClient client) {
        return client.query("SELECT count(*) FROM t").get(1).summary();
    }

    /** Somebody waits behind the pause between two tries that has grown long by then. */
    @Test
    void aPrimaryThatIsBackIsNoticedAtOnce() {
        try (Moving moving = start(PgVersion.V18, "server_login_retry = 60");
                WireClient client = moving.client()) {
            client.query("SELECT 1");
            moving.primary().stop();
            client.send(Wire.query("INSERT INTO t VALUES (1, 1)"));
            await("pauses have grown").until(() -> tries(moving) >= 5);
            long begin = System.nanoTime();
            moving.primary().start();
            assertThat(client.readUntilReady())
                    .extracting(Message::summary)
                    .contains("C INSERT 0 1");
            assertThat((System.nanoTime() - begin) / 1_000_000).isLessThan(2_500);
        }
    }

    private static int tries(Moving moving) {
        return moving.console("SHOW OUTAGES").stream()
                .filter(message -> message.tag() == 'D')
                .mapToInt(message -> Integer.parseInt(String.valueOf(message.row().get(5))))
                .max()
                .orElse(0);
    }
}
