package dev.weir.pool;

import dev.weir.backend.InjectedQuery;
import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerEvents;
import dev.weir.backend.ServerFailure;
import dev.weir.exchange.Ledger;
import dev.weir.exchange.Request;
import dev.weir.protocol.FrontendTag;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Brings a connection whose client is gone back to idle: what was sent is carried out, as it is for
 * a client that vanishes from a direct connection; its answers are thrown away; an open batch is
 * ended, an open transaction rolled back.
 */
final class Drain implements ServerEvents {
    /** How long the server may take over what the client left behind. Then it is cancelled. */
    static final long DRAIN_MILLIS_MAX = 10_000;

    private static final byte[] COPY_FAIL_REASON =
            "client disconnected\0".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    private final Lease lease;
    private final ServerConnection server;

    Drain(Lease lease) {
        this.lease = lease;
        this.server = lease.server();
    }

    void start() {
        server.holder(this);
        server.reading(true);
        lease.loop().schedule(this::deadline, DRAIN_MILLIS_MAX, TimeUnit.MILLISECONDS);
        step();
    }

    private void deadline() {
        if (lease.state() == Lease.State.DRAINING && server.holder() == this) {
            lease.discard("client left a query behind that did not end");
        }
    }

    private void step() {
        Ledger ledger = server.ledger();
        if (!server.isOpen() || server.closeNeeded() || ledger.isUncertain()) {
            lease.discard("not provably clean after its client left");
        } else if (ledger.awaitsCopyData()) {
            failCopy(ledger);
        } else if (ledger.isBatchOpen() || ledger.isSkipping()) {
            sync(ledger);
        } else if (ledger.isIdle()) {
            lease.drained();
        } else if (ledger.isQuiet()) {
            rollBack();
        }
    }

    private void failCopy(Ledger ledger) {
        ByteBuf out = server.buffer(5 + COPY_FAIL_REASON.length);
        out.writeByte(FrontendTag.COPY_FAIL).writeInt(4 + COPY_FAIL_REASON.length);
        out.writeBytes(COPY_FAIL_REASON);
        server.write(out);
        ledger.sent(Request.COPY_END);
        if (ledger.isBatchOpen()) {
            sync(ledger);
        }
        server.flush();
    }

    private void sync(Ledger ledger) {
        ByteBuf out = server.buffer(5);
        out.writeByte(FrontendTag.SYNC).writeInt(4);
        server.write(out);
        ledger.sent(Request.SYNC, Ledger.PRIVATE, null);
        server.flush();
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
