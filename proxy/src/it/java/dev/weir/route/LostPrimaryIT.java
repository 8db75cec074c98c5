package dev.weir.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.StopMode;
import dev.weir.pgkit.WireClient;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A primary that dies does not take the reads with it. */
final class LostPrimaryIT {
    private static final String WITHOUT_GRACE =
            "brief = user=postgres password=postgres route=auto no_replica=error"
                    + " primary_lost_grace=0";

    private static final String STALE =
            "stale = user=postgres password=postgres route=auto no_replica=error"
                    + " primary_lost_grace=0 stale_reads_during_failover=60";

    /** Several times max_replica_lag, by which a replica would be late if nobody knew better. */
    private static final long SEEN_NANOS = TimeUnit.SECONDS.toNanos(4);

    @Test
    void readsGoOnOnAReplicaThatHasAllOfItsLog(@TempDir Path directory) {
        try (Routes routes = Routes.start(directory, 1, "", List.of(WITHOUT_GRACE, STALE));
                WireClient before = routes.client("auto");
                WireClient brief = routes.client("brief");
                WireClient stale = routes.client("stale")) {
            before.query("UPDATE t SET b = b + 1");
            await().until(() -> isOnReplica(routes, before));
            routes.primary().stop(StopMode.IMMEDIATE);
            long end = System.nanoTime() + SEEN_NANOS;
            while (System.nanoTime() < end) {
                assertThat(isOnReplica(routes, before)).isTrue();
                assertThat(isOnReplica(routes, stale)).isTrue();
                try (WireClient newcomer = routes.client("auto")) {
                    assertThat(isOnReplica(routes, newcomer)).isTrue();
                }
            }
            assertThat(before.query("SET timezone = 'Asia/Aden'"))
                    .extracting(Message::summary)
                    .contains("C SET");
            assertThat(before.query("SHOW timezone").get(1).row()).containsExactly("Asia/Aden");
            Routes.assertFine(before.query("SET weir.explain = off"));
            assertThat(brief.query(Routes.WHERE.formatted("brief")))
                    .extracting(Message::summary)
                    .first()
                    .asString()
                    .startsWith("E 57P03 no replica");
            routes.primary().start();
            await().untilAsserted(() -> Routes.assertFine(before.query("UPDATE t SET b = 0")));
            await().until(() -> isOnReplica(routes, before));
        }
    }

    private static boolean isOnReplica(Routes routes, WireClient client) {
        return routes.isReplica(client.query(Routes.WHERE.formatted("lost")));
    }
}
