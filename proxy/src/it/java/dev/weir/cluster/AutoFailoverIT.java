package dev.weir.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.pgkit.AutoFailoverCluster;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import dev.weir.support.WeirFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** pg_auto_failover gives a database another primary while clients are held, as the manual says. */
@NullMarked
final class AutoFailoverIT {
    private static final Logger log = LoggerFactory.getLogger(AutoFailoverIT.class);
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int ROUNDS = 3;

    @Test
    void clientsWaitWhileItMovesThePrimary(@TempDir Path directory) throws InterruptedException {
        assumeTrue(Rig.SOAK, "takes half a minute: ./dev long");
        assumeTrue(
                AutoFailoverCluster.isAvailable(),
                "postgresql-15-auto-failover is not installed; ./dev long does it");
        List<Long> waits = new ArrayList<>();
        try (AutoFailoverCluster cluster = AutoFailoverCluster.start();
                WeirFile weir =
                        WeirFile.start(
                                directory,
                                "app = nodes=%s dbname=postgres user=postgres route=auto"
                                        .formatted(String.join(",", cluster.addresses())),
                                "monitor_user = postgres",
                                "default_pool_size = 5")) {
            awaitNodes(weir, cluster);
            try (WireClient setup = weir.client("postgres", "app")) {
                setup.query("CREATE TABLE t (client int, n int, PRIMARY KEY (client, n))");
            }
            try (var load = new MovingLoad(weir, 10)) {
                for (int round = 0; round < ROUNDS && load.errors().isEmpty(); round++) {
                    awaitWork(load);
                    load.takeLongestMillis();
                    String next = cluster.secondary();
                    assertThat(console(weir, "SWITCHOVER app GRACE 10"))
                            .noneMatch(message -> message.tag() == 'E');
                    cluster.switchOver();
                    awaitNode(weir, next, "primary");
                    awaitWork(load);
                    waits.add(load.takeLongestMillis());
                    cluster.awaitBothUp();
                    awaitNodes(weir, cluster);
                }
                load.end("jdbc:postgresql://" + cluster.primary() + "/postgres?user=postgres");
                assertThat(load.errors()).isEmpty();
                log.warn("rows={} longest_wait_ms: {}", load.count(), MovingLoad.statistics(waits));
            }
        }
    }

    private static void awaitWork(MovingLoad load) {
        long before = load.count();
        await().atMost(LIMIT).until(() -> load.count() > before + 50 || !load.errors().isEmpty());
    }

    private static void awaitNodes(WeirFile weir, AutoFailoverCluster cluster) {
        awaitNode(weir, cluster.primary(), "primary");
        awaitNode(weir, cluster.secondary(), "replica");
    }

    private static void awaitNode(WeirFile weir, String address, String role) {
        await().atMost(LIMIT)
                .until(() ->
                        console(weir, "SHOW NODES").stream()
                                .filter(message -> message.tag() == 'D')
                                .map(Message::row)
                                .anyMatch(row ->
                                        address.equals(row.get(1))
                                                && role.equals(row.get(2))
                                                && "up".equals(row.get(3))));
    }

    private static List<Message> console(WeirFile weir, String command) {
        try (WireClient console = weir.console()) {
            return console.query(command);
        }
    }
}
