package dev.weir.session;

import dev.weir.backend.ParameterSet;
import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerEvents;
import dev.weir.backend.ServerFailure;
import dev.weir.error.EndReason;
import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;
import dev.weir.login.ClientHello;
import dev.weir.metrics.Metric;
import dev.weir.net.Buffers;
import dev.weir.net.LastBytes;
import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import dev.weir.pool.ClientShard;
import dev.weir.pool.Lease;
import dev.weir.pool.Waiter;
import dev.weir.protocol.BackendMessages;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A replication connection: one client with a dedicated server connection, which is opened with the
 * client's startup parameters, counted in the pool and never reused. Bytes pass unchanged.
 *
 * @see <a href="https://www.postgresql.org/docs/18/protocol-replication.html">Streaming replication
 *     protocol</a>
 */
@LoopConfined
public final class Replication implements LoopOwned, ClientEvents, Waiter, ServerEvents {
    /** Told how a replication ends. */
    interface Listener {
        /** The client is told an error, and the replication ends. */
        void refused(Replication replication, Refusal why);

        /** It has ended; told once. */
        void closed(Replication replication, String reason);
    }

    private final ClientPort port;
    private final ClientHello hello;
    private final ClientShard shard;
    private final Listener listener;
    private final long startedNanos;
    private @Nullable ByteBuf early;
    private @Nullable Lease lease;
    private boolean closed;

    /**
     * Creates the replication of the client of {@code port}, which was counted in at the shard.
     *
     * @param early what the client has sent already; taken over
     */
    Replication(
            ClientPort port,
            ClientHello hello,
            ClientShard shard,
            @Nullable ByteBuf early,
            Listener listener) {
        this.port = port;
        this.hello = hello;
        this.shard = shard;
        this.early = early;
        this.startedNanos = shard.nanoTime();
        this.listener = listener;
    }

    /** Asks for a dedicated server connection; the client is read once that is there. */
    void start() {
        shard.lease(this);
    }

    @Override
    public EventLoop loop() {
        return shard.loop();
    }

    @Override
    public Map<String, String> dedicated() {
        assertInLoop();
        return hello.replicationStartup();
    }

    @Override
    public boolean accepts(ServerConnection connection) {
        assertInLoop();
        return false;
    }

    @Override
    public void leased(Lease granted) {
        assertInLoop();
        lease = granted;
        ServerConnection server = granted.server();
        server.passThrough(this);
        port.send(Buffers.filled(port.alloc(), 512, out -> greet(server, out)));
        ByteBuf first = early;
        if (first != null) {
            early = null;
            server.write(first);
            server.flush();
        }
        port.reading(true);
    }

    private static void greet(ServerConnection server, ByteBuf out) {
        server.reported()
                .forEach((name, value) -> BackendMessages.parameterStatus(out, name, value));
        BackendMessages.backendKeyData(out, server.key());
        BackendMessages.readyForQuery(out, (byte) 'I');
    }

    @Override
    public void refused(Refusal why) {
        assertInLoop();
        ByteBuf out = Buffers.filled(port.alloc(), 256, why::writeTo);
        listener.refused(this, why);
        port.write(out);
        port.close(LastBytes.LINGER_MAX);
    }

    // --- from the client ------------------------------------------------------------------------

    @Override
    public void clientBytes(ByteBuf bytes) {
        assertInLoop();
        Lease held = lease;
        if (held == null) {
            bytes.release();
            return;
        }
        shard.meters().add(Metric.BYTES_RECEIVED, bytes.readableBytes());
        held.server().write(bytes);
    }

    @Override
    public void clientTurnEnds() {
        assertInLoop();
        Lease held = lease;
        if (held != null) {
            held.server().flush();
            port.reading(held.server().isWritable());
        }
    }

    @Override
    public void clientWritabilityChanged() {
        assertInLoop();
        Lease held = lease;
        if (held != null) {
            held.server().reading(port.isWritable());
        }
    }

    @Override
    public void clientEnds() {
        assertInLoop();
        close(EndReason.CLIENT_GONE.words());
        port.abort();
    }

    @Override
    public void clientGone() {
        assertInLoop();
        close(EndReason.CLIENT_GONE.words());
    }

    @Override
    public void outOfMemory() {
        assertInLoop();
        kill(ProxyError.OUT_OF_BUFFER_MEMORY);
    }

    @Override
    public void broken() {
        assertInLoop();
        port.abort();
    }

    // --- from the server ------------------------------------------------------------------------

    @Override
    public void serverBytes(ByteBuf run) {
        assertInLoop();
        shard.meters().add(Metric.BYTES_SENT, run.readableBytes());
        port.write(run);
    }

    @Override
    public void serverTurnEnd() {
        assertInLoop();
        port.flush();
    }

    @Override
    public boolean parameterChanged(String name, String value, boolean injected) {
        assertInLoop();
        return true;
    }

    @Override
    public void serverWritabilityChanged(boolean writable) {
        assertInLoop();
        port.reading(writable);
    }

    @Override
    public void serverLost(@Nullable ServerFailure failure, @Nullable String violation) {
        assertInLoop();
        close(EndReason.SERVER_CRASHED.words());
        port.close(LastBytes.LINGER_MAX);
    }

    private void close(String reason) {
        if (closed) {
            return;
        }
        closed = true;
        listener.closed(this, reason);
        shard.forget(this);
        shard.pool().leave(shard);
        ByteBuf unsent = early;
        if (unsent != null) {
            early = null;
            unsent.release();
        }
        Lease held = lease;
        if (held != null) {
            lease = null;
            held.discard(reason);
        }
    }

    // --- for the console ----------------------------------------------------------------------

    ClientHello hello() {
        return hello;
    }

    @Override
    public String logName() {
        assertInLoop();
        return hello.logName();
    }

    long startedNanos() {
        return startedNanos;
    }

    /**
     * A snapshot.
     *
     * @param waitNanos how long it has waited for its server connection; 0 if it does not wait
     */
    ClientSnapshot snapshot(long waitNanos) {
        assertInLoop();
        Lease held = lease;
        return new ClientSnapshot(
                hello.id(),
                hello.user(),
                hello.database(),
                shard.pool().key().user(),
                hello.replication(),
                held == null ? "waiting" : "active",
                port.snapshot(hello, 0),
                "",
                ParameterSet.EMPTY,
                new ClientSnapshot.Times(startedNanos, startedNanos, waitNanos, 0, 0),
                ClientSnapshot.Server.of(held == null ? null : held.server()),
                0,
                null,
                List.of(),
                List.of(),
                0);
    }

    /** The shard that it leases from. */
    ClientShard shard() {
        return shard;
    }

    /** Ends the replication if it must end; nobody waits for it to end by itself. */
    void expire() {
        Lease held = lease;
        if (shard.pool().isRemoved()) {
            kill(ProxyError.DATABASE_REMOVED);
        } else if (shard.letsGo()) {
            kill(ProxyError.ADMIN_SHUTDOWN);
        } else if (held != null && held.server().closeNeeded()) {
            kill(ProxyError.DATABASE_CHANGED);
        }
    }

    void kill(ProxyError error) {
        if (!closed) {
            refused(error.refusal());
            close(error.message());
        }
    }

    @Override
    public String toString() {
        return "replication " + hello.id();
    }
}
