package dev.weir.session;

import dev.weir.backend.ServerConnection;
import dev.weir.catalog.Catalog;
import dev.weir.catalog.CatalogReading;
import dev.weir.error.Refusal;
import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import dev.weir.pool.ClientShard;
import dev.weir.pool.Lease;
import dev.weir.pool.Waiter;
import io.netty.channel.EventLoop;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Has the catalog of a database read now, for sessions that never return a connection on which it
 * could be read: leases one until the catalog is known, or nobody waits for that any longer.
 */
@LoopConfined
final class CatalogErrand implements LoopOwned, Waiter {
    private static final long AGAIN_MILLIS = 50;

    private final ClientShard shard;
    private final Catalog catalog;
    private final Consumer<Runnable> background;
    private final CompletableFuture<Void> known = new CompletableFuture<>();
    private boolean isWaiting;

    CatalogErrand(ClientShard shard, Catalog catalog, Consumer<Runnable> background) {
        this.shard = shard;
        this.catalog = catalog;
        this.background = background;
    }

    @Override
    public EventLoop loop() {
        return shard.loop();
    }

    /** Complete when the catalog is known. Whoever stops waiting for it cancels it. */
    CompletableFuture<Void> known() {
        return known;
    }

    /** Looks whether it is known, and goes on if it is not. */
    void look() {
        assertInLoop();
        if (catalog.closure() != null) {
            known.complete(null);
        }
        if (known.isDone()) {
            if (isWaiting) {
                shard.forget(this);
            }
            return;
        }
        if (!isWaiting) {
            isWaiting = true;
            shard.lease(this);
        }
        loop().schedule(this::look, AGAIN_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public boolean accepts(ServerConnection connection) {
        assertInLoop();
        return true;
    }

    @Override
    public void leased(Lease lease) {
        assertInLoop();
        isWaiting = false;
        if (!CatalogReading.lend(lease, catalog, shard, background)) {
            lease.close();
        }
    }

    @Override
    public void refused(Refusal why) {
        assertInLoop();
        isWaiting = false;
    }
}
