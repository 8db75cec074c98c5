package dev.weir.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.WireClient;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A replica that is behind by more of the log than max_replica_lag_bytes, though not for long. */
final class LagInBytesIT {
    private static Routes routes;

    @BeforeAll
    static void start(@TempDir Path directory) {
        String user = "user=postgres password=postgres route=auto max_replica_lag=1h";
        routes =
                Routes.start(
                        directory,
                        1,
                        "",
                        List.of(
                                "strict = max_replica_lag_bytes=200kB " + user,
                                "patient = " + user));
    }

    @AfterAll
    static void stop() {
        routes.close();
    }

    @Test
    void isLeftUntilItHasCaughtUp() {
        PgNode replica = routes.replica(0);
        String node = replica.host() + ":" + replica.port();
        try (WireClient console = routes.console()) {
            await().until(() -> NodesTable.of(console).isRead("strict", node));
            replica.pauseReplay();
            routes.primary()
                    .execute("SELECT pg_logical_emit_message(false, 'weir', repeat('x', 1000000))");
            await().until(() -> !NodesTable.of(console).isRead("strict", node));
            assertThat(NodesTable.of(console).isRead("patient", node)).isTrue();
            replica.resumeReplay();
            await().until(() -> NodesTable.of(console).isRead("strict", node));
        }
    }
}
