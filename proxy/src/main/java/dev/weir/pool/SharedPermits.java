package dev.weir.pool;

import java.util.concurrent.ConcurrentHashMap;

/**
 * The permits that all pools of one database, or of one user, share, by its name; kept as long as
 * such a pool exists. Thread-safe.
 */
final class SharedPermits {
    private final ConcurrentHashMap<String, Shared> all = new ConcurrentHashMap<>();

    private record Shared(Permits permits, int pools) {
        Shared withPools(int now) {
            return new Shared(permits, now);
        }
    }

    /** The permits of a new pool. */
    Permits join(String name) {
        return all.compute(
                        name,
                        (_, now) ->
                                now == null
                                        ? new Shared(new Permits(), 1)
                                        : now.withPools(now.pools + 1))
                .permits;
    }

    /** A pool is gone. */
    void leave(String name) {
        all.computeIfPresent(
                name, (_, now) -> now.pools == 1 ? null : now.withPools(now.pools - 1));
    }

    /** Whether there is a pool of that name. */
    boolean has(String name) {
        return all.containsKey(name);
    }
}
