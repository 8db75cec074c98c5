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
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
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
    private final Runnable known;
    private final BooleanSupplier isGivenUp;
    private boolean isWaiting;

    /**
     * @param known told once the catalog is known
     * @param isGivenUp whether nobody waits for that any longer
     */
    CatalogErrand(
            ClientShard shard,
            Catalog catalog,
            Consumer<Runnable> background,
            Runnable known,
            BooleanSupplier isGivenUp) {
        this.shard = shard;
        this.catalog = catalog;
        this.background = background;
        this.known = known;
        this.isGivenUp = isGivenUp;
    }

    @Override
    public EventLoop loop() {
        return shard.loop();
    }

    /** Looks whether it is known, and goes on if it is not. */
    void look() {
        assertInLoop();
        boolean isKnown = catalog.closure() != null;
        if (isKnown || isGivenUp.getAsBoolean()) {
            if (isWaiting) {
                shard.forget(this);
            }
            if (isKnown) {
                known.run();
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
