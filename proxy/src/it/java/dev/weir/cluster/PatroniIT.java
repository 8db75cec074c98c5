package dev.weir.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.PatroniCluster;
import dev.weir.pgkit.PatroniMember;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import dev.weir.support.WeirFile;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Patroni itself gives a database another primary: by Weir's command, by its own, by need. */
@NullMarked
final class PatroniIT {
    private static final Logger log = LoggerFactory.getLogger(PatroniIT.class);
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** Switchovers by Weir's command; each second one is patronictl's in the long form. */
    private static final int ROUNDS = Rig.SOAK ? 30 : 1;

    private static final String TABLE =
            "CREATE TABLE t (client int, n int, PRIMARY KEY (client, n))";

    @Test
    void clientsWaitWhilePatroniMovesThePrimary(@TempDir Path directory)
            throws SQLException, InterruptedException {
        assumeTrue(
                PatroniCluster.isAvailable(),
                "patroni, etcd or PostgreSQL 15 is not installed; ./dev tools does it");
        try (PatroniCluster cluster = PatroniCluster.start()) {
            create(cluster.leader());
            List<PatroniMember> members = cluster.members();
            try (WeirFile weir =
                    WeirFile.start(
                            directory,
                            "app = nodes=%s dbname=postgres user=postgres password=postgres route=auto patroni='%s'"
                                    .formatted(
                                            joined(
                                                    members.stream()
                                                            .map(PatroniMember::address)
                                                            .toList()),
                                            joined(
                                                    members.stream()
                                                            .map(PatroniMember::url)
                                                            .toList())),
                            "monitor_user = postgres",
                            "default_pool_size = 5")) {
                awaitBothUp(weir, cluster);
                plannedOnes(cluster, weir);
                crash(cluster, weir);
            }
        }
    }

    private static String joined(List<String> all) {
        return all.stream().collect(Collectors.joining(","));
    }

    private static void create(PatroniMember leader) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(leader.jdbcUrl("postgres"), "postgres", "");
                Statement statement = connection.createStatement()) {
            statement.execute(TABLE);
        }
    }

    private static List<Message> console(WeirFile weir, String command) {
        try (WireClient console = weir.console()) {
            return console.query(command);
        }
    }

    private static void awaitBothUp(WeirFile weir, PatroniCluster cluster) {
        cluster.awaitBothUp();
        PatroniMember leader = cluster.leader();
        awaitNode(weir, leader, "primary");
        awaitNode(weir, cluster.other(leader), "replica");
    }

    private static void awaitNode(WeirFile weir, PatroniMember member, String role) {
        await().atMost(LIMIT)
                .until(() ->
                        console(weir, "SHOW NODES").stream()
                                .filter(message -> message.tag() == 'D')
                                .map(Message::row)
                                .anyMatch(row ->
                                        member.address().equals(row.get(1))
                                                && role.equals(row.get(2))
                                                && "up".equals(row.get(3))));
    }

    /** No client sees an error. */
    private static void plannedOnes(PatroniCluster cluster, WeirFile weir)
            throws InterruptedException {
        List<Long> byCommand = new ArrayList<>();
        List<Long> byPatroni = new ArrayList<>();
        try (var load = new MovingLoad(weir, 10)) {
            for (int round = 0; round < 2 * ROUNDS && load.errors().isEmpty(); round++) {
                awaitWork(load);
                load.takeLongestMillis();
                PatroniMember next = cluster.other(cluster.leader());
                if (round % 2 == 0) {
                    assertThat(console(weir, "SWITCHOVER app TO '" + next.address() + "' GRACE 10"))
                            .noneMatch(message -> message.tag() == 'E');
                } else {
                    console(weir, "HOLD app");
                    cluster.control(
                            "switchover",
                            "--leader",
                            cluster.other(next).name(),
                            "--candidate",
                            next.name(),
                            "--force",
                            "app");
                    awaitNode(weir, next, "primary");
                    console(weir, "RELEASE app");
                }
                awaitWork(load);
                (round % 2 == 0 ? byCommand : byPatroni).add(load.takeLongestMillis());
                awaitBothUp(weir, cluster);
            }
            load.end(cluster.leader().jdbcUrl("postgres") + "?user=postgres");
            assertThat(load.errors()).isEmpty();
            log.warn(
                    "rows={} longest_wait_ms: by SWITCHOVER {} by patronictl, held {}",
                    load.count(),
                    MovingLoad.statistics(byCommand),
                    MovingLoad.statistics(byPatroni));
        }
    }

    private static void awaitWork(MovingLoad load) {
        long before = load.count();
        await().atMost(LIMIT).until(() -> load.count() > before + 50 || !load.errors().isEmpty());
    }

    /** Who asks for something then is answered by the new primary. */
    private static void crash(PatroniCluster cluster, WeirFile weir) {
        try (WireClient client = weir.client("postgres", "app")) {
            PatroniMember old = cluster.leader();
            client.query("INSERT INTO t VALUES (100, 1)");
            old.killPostmaster();
            await().until(() -> !client.query("SELECT 1 FROM pg_class LIMIT 1").isEmpty());
            assertThat(client.query("INSERT INTO t VALUES (100, 2)").getFirst().summary())
                    .isEqualTo("C INSERT 0 1");
            assertThat(cluster.leader()).isNotEqualTo(old);
            assertThat(client.query("SELECT count(*) FROM t WHERE client = 100"))
                    .extracting(Message::summary)
                    .contains("D 2");
        }
    }
}
