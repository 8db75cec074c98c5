package dev.weir.ops;

import dev.weir.metrics.Readings;
import dev.weir.observe.Control;
import dev.weir.observe.DatabaseSnapshot;
import dev.weir.observe.NodeSnapshot;
import dev.weir.observe.ShardSnapshot;
import dev.weir.observe.Snapshots;
import dev.weir.pool.OutageSnapshot;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Whether new clients should be sent to this process. */
final class Readiness {
    private final Control control;
    private final Snapshots snapshots;

    Readiness(Control control, Snapshots snapshots) {
        this.control = control;
        this.snapshots = snapshots;
    }

    /** A reason why not. Anybody may ask, so the texts name neither databases nor hosts. */
    enum Obstacle {
        SHUTTING_DOWN("the process is shutting down"),
        DISABLED("all databases are disabled (DISABLE, DRAIN)"),
        NO_SERVER("of the databases in use, none has a server that can be reached");

        private final String text;

        Obstacle(String text) {
            this.text = text;
        }

        String reason() {
            return name().toLowerCase(Locale.ROOT);
        }

        String text() {
            return text;
        }
    }

    /** The current obstacle, if any. */
    CompletableFuture<Optional<Obstacle>> now() {
        if (control.isShuttingDown()) {
            return CompletableFuture.completedFuture(Optional.of(Obstacle.SHUTTING_DOWN));
        }
        List<DatabaseSnapshot> databases = snapshots.databases(control.config());
        if (!databases.isEmpty() && databases.stream().allMatch(DatabaseSnapshot::isDisabled)) {
            return CompletableFuture.completedFuture(Optional.of(Obstacle.DISABLED));
        }
        return snapshots
                .shards()
                .thenCombine(
                        snapshots.nodes(),
                        (shards, nodes) ->
                                isStranded(shards, snapshots.outages(), nodes)
                                        ? Optional.of(Obstacle.NO_SERVER)
                                        : Optional.empty());
    }

    /** Whether some database has no usable server, and no other database is served. */
    static boolean isStranded(
            List<ShardSnapshot> shards, List<OutageSnapshot> outages, List<NodeSnapshot> nodes) {
        Map<String, Long> servers = new HashMap<>();
        for (ShardSnapshot shard : shards) {
            Readings readings = shard.readings();
            servers.merge(shard.pool().key().database(), readings.servers(), Long::sum);
        }
        Set<String> stranded = new HashSet<>();
        outages.forEach(outage -> stranded.add(outage.pool().database()));
        Map<String, Boolean> answers = new HashMap<>();
        for (NodeSnapshot node : nodes) {
            answers.merge(node.database(), node.report().error().isEmpty(), Boolean::logicalOr);
        }
        answers.forEach((database, answered) -> {
            if (!answered) {
                stranded.add(database);
            }
        });
        stranded.removeIf(database -> servers.getOrDefault(database, 0L) > 0);
        Set<String> serving = new HashSet<>(servers.keySet());
        serving.removeAll(stranded);
        return !stranded.isEmpty() && serving.isEmpty();
    }
}
