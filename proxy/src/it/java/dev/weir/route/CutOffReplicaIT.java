package dev.weir.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.WireClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A replica that answers as ever and receives nothing any more, while the primary is written and
 * another replica at the same address is as it should be.
 */
final class CutOffReplicaIT {
    private static final int MOST_MS = 500;
    private static final int POLL_MS = 50;

    /** How late threads of a busy machine may be, Weir's, PostgreSQL's and this test's together. */
    private static final int SLACK_MS = 500;

    /** Up to which lag it is watched. */
    private static final int WATCHED_MS = 3_000;

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static final String DATABASE =
            "cut = user=postgres password=postgres route=auto max_replica_lag=%dms lag_check_interval=%dms"
                    .formatted(MOST_MS, POLL_MS);

    private static final String SCHEMA =
            """
            CREATE TABLE beat AS SELECT clock_timestamp() AS at;
            CREATE FUNCTION port() RETURNS int STABLE LANGUAGE sql
            AS 'SELECT current_setting(''port'')::int';
            """;

    @TempDir private Path directory;
    private Routes routes;
    private WireClient console;
    private WireClient direct;
    private final AtomicBoolean isOver = new AtomicBoolean();
    private CompletableFuture<Void> writer;

    @BeforeEach
    void start() {
        routes = Routes.start(directory, 2, SCHEMA, List.of(DATABASE));
        console = routes.console();
        direct = login(replica());
        writer = CompletableFuture.runAsync(this::write);
        awaitRead(true);
    }

    @AfterEach
    void stop() {
        isOver.set(true);
        writer.join();
        direct.close();
        console.close();
        routes.close();
    }

    private static WireClient login(PgNode node) {
        WireClient client = node.wire();
        client.login(PgNode.USER, "postgres", PgNode.PASSWORD);
        return client;
    }

    /** The primary is written without a pause, past Weir. */
    private void write() {
        try (WireClient client = login(routes.primary())) {
            while (!isOver.get()) {
                Routes.assertFine(
                        client.query(
                                "UPDATE beat SET at = clock_timestamp(); SELECT pg_sleep(0.01)"));
            }
        }
    }

    /** How old is what the replica has, by one clock: that of this machine. */
    private long truthMs() {
        return number(
                direct,
                "SELECT (1000 * EXTRACT(epoch FROM clock_timestamp() - at))::int8 FROM beat");
    }

    private static long number(WireClient client, String query) {
        return Long.parseLong(client.query(query).get(1).row().getFirst());
    }

    private PgNode replica() {
        return routes.replica(0);
    }

    private String node() {
        return replica().host() + ":" + replica().port();
    }

    private void awaitRead(boolean isRead) {
        await().atMost(LIMIT).until(() -> NodesTable.of(console).isRead("cut", node()) == isRead);
    }

    /** A client whose session reads the replica. */
    private WireClient reader() {
        return await().atMost(LIMIT)
                .until(
                        () -> {
                            WireClient client = routes.client("cut");
                            if (readsReplica(client)) {
                                return client;
                            }
                            client.close();
                            return null;
                        },
                        Objects::nonNull);
    }

    private boolean readsReplica(WireClient client) {
        return number(client, "SELECT port()") == replica().port();
    }

    @Test
    void itsLagGrowsAsItShouldAndReadsLeave() {
        try (WireClient client = reader()) {
            replica().setting("primary_conninfo", "host=127.0.0.1 port=1");
            await().atMost(LIMIT)
                    .until(() -> number(direct, "SELECT count(*) FROM pg_stat_wal_receiver") == 0);
            for (long truth = 0; truth < WATCHED_MS; ) {
                truth = truthMs();
                boolean isAsked = readsReplica(client);
                NodesTable nodes = NodesTable.of(console);
                long lag = Long.parseLong(nodes.row("cut", node()).get("lag_ms"));
                assertThat(lag).isBetween(truth - 2 * POLL_MS - SLACK_MS, truthMs() + SLACK_MS);
                if (truth > MOST_MS + 2 * POLL_MS + SLACK_MS) {
                    assertThat(isAsked).as("%d ms behind", truth).isFalse();
                    assertThat(nodes.isRead("cut", node())).as("%d ms behind", truth).isFalse();
                }
            }
        }
        replica().follow(routes.primary());
        awaitRead(true);
        reader().close();
    }
}
