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
                List<@Nullable String> told = moving.lastFailover();
                assertThat(told.get(2)).isEqualTo("no");
                assertThat(Integer.parseInt(String.valueOf(told.get(9)))).isPositive();
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
            await().until(() -> !moving.lastFailover().get(11).equals("0"));
            List<@Nullable String> told = moving.lastFailover();
            assertThat(told.get(8)).as("fork").isNotNull();
            long min = Long.parseLong(String.valueOf(told.get(10)));
            long max = Long.parseLong(String.valueOf(told.get(11)));
            assertThat(45L).isBetween(min, max);
            assertThat(max - min).as("%d to %d", min, max).isLessThan(15);
            moving.changeRoles();
            client.query("INSERT INTO t VALUES (2, 1)");
            assertThat(moving.primary().queryText("SELECT count(*) FROM t")).isEqualTo("21");
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
