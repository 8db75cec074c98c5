package dev.weir.pool;

import dev.weir.backend.InjectedQuery;
import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerEvents;
import dev.weir.backend.ServerFailure;
import dev.weir.exchange.Ledger;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Brings a connection whose client is gone back to idle: what was sent is carried out, as it is for
 * a client that vanishes from a direct connection; its answers are thrown away; an open batch is
 * ended, an open transaction rolled back.
 */
final class Drain implements ServerEvents {
    private final Lease lease;
    private final ServerConnection server;
    private final Duration limit;

    /**
     * @param limit how long a query may take; zero = for ever
     */
    Drain(Lease lease, Duration limit) {
        this.lease = lease;
        this.limit = limit;
        this.server = lease.server();
    }

    void start() {
        server.holder(this);
        server.reading(true);
        if (!limit.isZero()) {
            lease.loop().schedule(this::deadline, limit.toMillis(), TimeUnit.MILLISECONDS);
        }
        step();
    }

    private void deadline() {
        if (lease.state() == Lease.State.DRAINING && server.holder() == this) {
            lease.discard("client left a query behind that did not end");
        }
    }

    private void step() {
        Ledger ledger = server.ledger();
        if (!server.isOpen()) {
            lease.discard("server conn crashed?");
        } else if (server.closeNeeded() || ledger.isUnended()) {
            lease.part("not provably clean after its client left", false);
        } else if (ledger.isIdle()) {
            lease.drained();
        } else if (ledger.isQuiet()) {
            rollBack();
        }
    }

    private void rollBack() {
        server.inject(
                "ROLLBACK",
                new InjectedQuery() {
                    @Override
                    public void succeeded() {}

                    @Override
                    public void failed() {
                        server.markCloseNeeded();
                    }
                });
        server.flush();
    }

    @Override
    public void serverBytes(ByteBuf run) {
        run.release();
    }

    @Override
    public void serverTurnEnd() {
        step();
    }

    @Override
    public boolean parameterChanged(String name, String value, boolean injected) {
        return false;
    }

    @Override
    public void serverWritabilityChanged(boolean writable) {}

    @Override
    public void serverLost(@Nullable ServerFailure failure, @Nullable String violation) {
        lease.discard("server conn crashed?");
    }
}
