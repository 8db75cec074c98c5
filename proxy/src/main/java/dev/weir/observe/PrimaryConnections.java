package dev.weir.observe;

import dev.weir.config.PoolMode;
import dev.weir.error.ProxyError;
import dev.weir.exchange.Ledger;
import dev.weir.net.Loops;
import dev.weir.pool.ClientPool;
import dev.weir.pool.ClientShard;
import dev.weir.pool.Lease;
import dev.weir.pool.NodeShard;
import dev.weir.pool.Pools;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiPredicate;

/** The connections to the primary of a database, or to its host, on all loops. */
final class PrimaryConnections {
    private final Loops loops;
    private final Pools pools;
    private final String database;

    PrimaryConnections(Loops loops, Pools pools, String database) {
        this.loops = loops;
        this.pools = pools;
        this.database = database;
    }

    /**
     * Complete when no client has one, but for sessions that keep theirs, and nothing runs on
     * those, nor on Weir's own.
     */
    CompletableFuture<Void> atRest() {
        boolean isAnyKept = kept() > 0;
        Collection<ClientPool> ofClients = pools.all();
        return all((pool, lease) ->
                lease.isIdle()
                        || (isAnyKept || !ofClients.contains(pool))
                                && lease.server().ledger().isIdle());
    }

    /** Complete when no transaction block is open on any of them. */
    CompletableFuture<Void> withoutBlocks() {
        return all((_, lease) -> lease.server().ledger().transactionStatus() == 'I');
    }

    private CompletableFuture<Void> all(BiPredicate<ClientPool, Lease> test) {
        return new Condition(loops, loop -> holds(loop, test), () -> true).future();
    }

    private boolean holds(EventLoop loop, BiPredicate<ClientPool, Lease> test) {
        for (ClientPool pool : pools.of(database)) {
            for (Lease lease : on(loop, pool)) {
                if (!test.test(pool, lease)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Those of a pool that live on a loop; on that loop. */
    private static List<Lease> on(EventLoop loop, ClientPool pool) {
        var all = new ArrayList<Lease>();
        for (ClientShard shard : pool.shards()) {
            NodeShard primary = shard.loop() == loop ? shard.primary() : null;
            if (primary != null) {
                all.addAll(primary.leases());
            }
        }
        return all;
    }

    /** Cuts off those that somebody has. */
    void cutOff() {
        for (EventLoop loop : loops.all()) {
            loop.execute(() -> {
                for (ClientPool pool : pools.of(database)) {
                    on(loop, pool).forEach(PrimaryConnections::cutOff);
                }
            });
        }
    }

    private static void cutOff(Lease lease) {
        if (!lease.isIdle()) {
            Ledger ledger = lease.server().ledger();
            boolean isRolledBack = ledger.transactionStatus() != 'I' && ledger.outstanding() == 0;
            ProxyError why =
                    isRolledBack
                            ? ProxyError.SWITCHOVER_ROLLED_BACK
                            : ProxyError.SWITCHOVER_CUT_OFF;
            lease.server().cutOff(why.refusal());
        }
    }

    /** How many sessions keep one for longer than a transaction. */
    int kept() {
        int count = 0;
        for (ClientPool pool : pools.of(database)) {
            count += pool.mode() == PoolMode.SESSION ? pool.clients() : pool.places().taken();
        }
        return count;
    }
}
