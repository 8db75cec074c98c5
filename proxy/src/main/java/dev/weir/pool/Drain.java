package dev.weir.pool;

import dev.weir.backend.InjectedQuery;
import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerEvents;
import dev.weir.backend.ServerFailure;
import dev.weir.error.EndReason;
import dev.weir.exchange.Ledger;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Brings a connection whose client is gone back to idle: the server carries out what it was sent,
 * as it does for a client that vanishes from a direct connection; the answers are thrown away, and
 * an open transaction is rolled back. Where that is not possible, the connection is closed.
 */
final class Drain implements ServerEvents {
    private final Lease lease;
    private final ServerConnection server;
    private final Duration limit;

    /** Why the connection ends if it is lost now. */
    private String end = EndReason.SERVER_CRASHED.words();

    /**
     * @param limit how long a query may take; zero = no limit
     */
    Drain(Lease lease, Duration limit) {
        this.lease = lease;
        this.limit = limit;
        this.server = lease.server();
    }

    void start() {
        takeOver();
        step();
    }

    /** Lets the server carry out what it was sent, and then close the connection. */
    void part(String reason, boolean isTerminate) {
        takeOver();
        end = reason;
        server.endInput(isTerminate);
    }

    private void takeOver() {
        server.holder(this);
        server.reading(true);
        if (!limit.isZero()) {
            lease.loop().schedule(this::deadline, limit.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void deadline() {
        if (lease.state() == Lease.State.DRAINING && server.holder() == this) {
            lease.discard(EndReason.LEFT_QUERY.words());
        }
    }

    private void step() {
        Ledger ledger = server.ledger();
        if (!server.isOpen()) {
            lease.discard(end);
        } else if (server.isInputEnded()) {
            return; // the server closes it
        } else if (ledger.isIdle()) {
            lease.drained();
        } else if (ledger.isUnended() || ledger.isQuiet() && server.closeNeeded()) {
            end = "not provably clean after its client left";
            server.endInput(true);
        } else if (ledger.isQuiet()) {
            rollBack();
        }
    }

    private void rollBack() {
        lease.ask(
                "ROLLBACK",
                new InjectedQuery() {
                    @Override
                    public void succeeded() {}

                    @Override
                    public void failed() {
                        server.markCloseNeeded();
                    }
                });
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
        lease.discard(end);
    }
}
