package dev.weir.observe;

import dev.weir.backend.ServerEvents;
import dev.weir.backend.ServerEvents.Tie;
import dev.weir.config.PoolMode;
import dev.weir.config.StateCheck;
import dev.weir.error.ProxyError;
import dev.weir.exchange.Ledger;
import dev.weir.net.Loops;
import dev.weir.pool.ClientPool;
import dev.weir.pool.ClientShard;
import dev.weir.pool.Lease;
import dev.weir.pool.NodeShard;
import dev.weir.pool.Pools;
import dev.weir.session.Sessions;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiPredicate;
import java.util.function.ToIntFunction;

/** The connections to the primary of a database, or to its host, on all loops. */
final class PrimaryConnections {
    private final Loops loops;
    private final Pools pools;
    private final Sessions sessions;
    private final String database;

    PrimaryConnections(Loops loops, Pools pools, Sessions sessions, String database) {
        this.loops = loops;
        this.pools = pools;
        this.sessions = sessions;
        this.database = database;
    }

    /**
     * Complete when no client has one, but for sessions that cannot be moved, and nothing runs on
     * those, nor on Weir's own. Sessions that may be moved are asked to give theirs back.
     */
    CompletableFuture<Void> atRest() {
        Collection<ClientPool> ofClients = pools.all();
        return all((pool, lease) -> isAtRest(lease, ofClients.contains(pool)));
    }

    private static boolean isAtRest(Lease lease, boolean isOfClient) {
        if (lease.isIdle()) {
            return true;
        }
        ServerEvents holder = lease.server().holder();
        Tie tie = tie(lease);
        if (tie == Tie.MOVABLE && holder != null) {
            holder.vacate();
            return lease.isIdle();
        }
        return (tie == Tie.BOUND || !isOfClient) && lease.server().ledger().isIdle();
    }

    private static Tie tie(Lease lease) {
        ServerEvents holder = lease.isIdle() ? null : lease.server().holder();
        return holder == null ? Tie.NONE : holder.tie();
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

    /** Cuts off those that somebody has; tells how many sessions that keep theirs that were. */
    CompletableFuture<Integer> cutOff() {
        return sum(PrimaryConnections::cut);
    }

    /** The same of those in a block in which nothing runs, which is rolled back for certain. */
    CompletableFuture<Integer> cutOffIdleBlocks() {
        return sum(lease -> isIdleInBlock(lease) ? cut(lease) : 0);
    }

    private static boolean isIdleInBlock(Lease lease) {
        Ledger ledger = lease.server().ledger();
        return ledger.transactionStatus() != 'I' && ledger.outstanding() == 0;
    }

    /** The sum of a number of each, found out, or changed, on its loop. */
    private CompletableFuture<Integer> sum(ToIntFunction<Lease> number) {
        CompletableFuture<Integer> sum = CompletableFuture.completedFuture(0);
        for (EventLoop loop : loops.all()) {
            var ofLoop =
                    CompletableFuture.supplyAsync(
                            () ->
                                    pools.of(database).stream()
                                            .flatMap(pool -> on(loop, pool).stream())
                                            .mapToInt(number)
                                            .sum(),
                            loop);
            sum = sum.thenCombine(ofLoop, Integer::sum);
        }
        return sum;
    }

    /** Cuts it off, if somebody has it; 1 if that is a session that keeps it, else 0. */
    private static int cut(Lease lease) {
        Tie tie = tie(lease);
        if (!lease.isIdle()) {
            ProxyError why =
                    isIdleInBlock(lease)
                            ? ProxyError.SWITCHOVER_ROLLED_BACK
                            : ProxyError.SWITCHOVER_CUT_OFF;
            lease.server().cutOff(why.refusal());
        }
        return tie == Tie.NONE ? 0 : 1;
    }

    /**
     * The sessions that keep one for longer than a transaction.
     *
     * @param bound how many cannot be moved, so far as is known
     */
    record Kept(int bound, int movable) {}

    CompletableFuture<Kept> kept() {
        return sum(lease -> tie(lease) == Tie.BOUND ? 1 : 0)
                .thenCombine(sum(lease -> tie(lease) == Tie.MOVABLE ? 1 : 0), Kept::new);
    }

    /** Complete when everything is known that decides whether sessions can be moved. */
    CompletableFuture<Void> judge() {
        for (ClientPool pool : pools.all()) {
            if (pool.key().database().equals(database)
                    && pool.mode() == PoolMode.SESSION
                    && pool.hasNodes()
                    && pool.settings().stateCheck() == StateCheck.ANALYSED
                    && pool.clients() > 0) {
                return sessions.learnCatalog(pool);
            }
        }
        return CompletableFuture.completedFuture(null);
    }
}
