package dev.weir.statements;

import dev.weir.backend.ServerConnection;
import dev.weir.config.Config;
import dev.weir.config.Reloadable;
import dev.weir.metrics.Exemplars;
import dev.weir.pool.LeaseObserver;
import dev.weir.pool.PoolKey;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The statements of all loops. Thread-safe. */
public final class Statements implements LeaseObserver.Source, Reloadable {
    private final Map<EventLoop, LoopStatements> loops = new IdentityHashMap<>();
    private volatile Bounds bounds;

    private record Key(String database, String user, long fingerprint) {}

    public Statements(Config config, List<EventLoop> loops) {
        this.bounds = Bounds.of(config);
        loops.forEach(loop -> this.loops.put(loop, new LoopStatements(loop, bounds)));
    }

    @Override
    public @Nullable LeaseObserver of(PoolKey pool, ServerConnection server) {
        LoopStatements own = bounds.areOff() ? null : loops.get(server.loop());
        return own == null ? null : new ConnectionObserver(own, pool, server);
    }

    @Override
    public Runnable prepare(Config next) {
        Bounds changed = Bounds.of(next);
        return () -> {
            bounds = changed;
            loops.forEach((loop, own) -> loop.execute(() -> own.bounds(changed)));
        };
    }

    /** The statements of all loops, those with the most total time first. */
    public CompletableFuture<List<StatementSnapshot>> all() {
        var asked = new ArrayList<CompletableFuture<List<StatementSnapshot>>>();
        loops.forEach(
                (loop, own) -> asked.add(CompletableFuture.supplyAsync(own::snapshots, loop)));
        return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
                .thenApply(_ -> joined(asked.stream().map(CompletableFuture::join).toList()));
    }

    private static List<StatementSnapshot> joined(List<List<StatementSnapshot>> parts) {
        Map<Key, StatementSnapshot> all = new HashMap<>();
        for (List<StatementSnapshot> part : parts) {
            for (StatementSnapshot one : part) {
                var key = new Key(one.database(), one.user(), one.fingerprint());
                all.merge(key, one, StatementSnapshot::plus);
            }
        }
        var sorted = new ArrayList<>(all.values());
        sorted.sort(Comparator.comparingLong(StatementSnapshot::totalNanos).reversed());
        return sorted;
    }

    /** The last spans of calls for each bucket of {@code Timing.QUERY}, by database. */
    public CompletableFuture<Map<String, Exemplars>> exemplars() {
        var asked = new ArrayList<CompletableFuture<Map<String, Exemplars>>>();
        loops.forEach(
                (loop, own) -> asked.add(CompletableFuture.supplyAsync(own::exemplars, loop)));
        return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
                .thenApply(_ -> {
                    Map<String, Exemplars> all = new HashMap<>();
                    asked.forEach(one ->
                            one.join()
                                    .forEach((database, some) ->
                                            all.computeIfAbsent(database, _ -> new Exemplars())
                                                    .putAll(some)));
                    return all;
                });
    }

    /** Forgets all. */
    public CompletableFuture<Void> reset() {
        var asked = new ArrayList<CompletableFuture<Void>>();
        loops.forEach((loop, own) -> asked.add(CompletableFuture.runAsync(own::reset, loop)));
        return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new));
    }
}
