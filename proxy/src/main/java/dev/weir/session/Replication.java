package dev.weir.session;

import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerEvents;
import dev.weir.backend.ServerFailure;
import dev.weir.backend.ServerTarget;
import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;
import dev.weir.login.ClientHello;
import dev.weir.login.Farewell;
import dev.weir.metrics.Metric;
import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import dev.weir.net.Reading;
import dev.weir.pool.Lease;
import dev.weir.pool.PoolShard;
import dev.weir.pool.Waiter;
import dev.weir.protocol.BackendMessages;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A replication connection: one client, one server connection of its own that is opened with the
 * client's startup parameters, counted in the pool and never used again. Bytes pass as they are.
 *
 * @see <a href="https://www.postgresql.org/docs/18/protocol-replication.html">Streaming replication
 *     protocol</a>
 */
@LoopConfined
public final class Replication extends ChannelInboundHandlerAdapter
        implements LoopOwned, Waiter, ServerEvents {
    private final Sessions services;
    private final Channel channel;
    private final ClientHello hello;
    private final PoolShard shard;
    private final long startedNanos;
    private @Nullable ByteBuf early;
    private @Nullable Lease lease;
    private boolean closed;

    private Replication(
            Sessions services,
            Channel channel,
            ClientHello hello,
            PoolShard shard,
            @Nullable ByteBuf early) {
        this.services = services;
        this.channel = channel;
        this.hello = hello;
        this.shard = shard;
        this.early = early;
        this.startedNanos = shard.nanoTime();
    }

    static void start(
            Sessions services,
            Channel channel,
            ClientHello hello,
            PoolShard shard,
            @Nullable ByteBuf early) {
        var replication = new Replication(services, channel, hello, shard, early);
        services.replicates(replication);
        channel.pipeline().addLast(replication);
        shard.lease(replication);
    }

    @Override
    public EventLoop loop() {
        return shard.loop();
    }

    @Override
    public ServerTarget dedicated() {
        assertInLoop();
        return shard.pool().target(hello.replicationStartup());
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
        ByteBuf out = channel.alloc().buffer(512);
        for (Map.Entry<String, String> parameter : server.reported().asMap().entrySet()) {
            BackendMessages.parameterStatus(out, parameter.getKey(), parameter.getValue());
        }
        BackendMessages.backendKeyData(out, server.key());
        BackendMessages.readyForQuery(out, (byte) 'I');
        channel.writeAndFlush(out, channel.voidPromise());
        ByteBuf first = early;
        if (first != null) {
            early = null;
            server.write(first);
            server.flush();
        }
        Reading.set(channel, true);
    }

    @Override
    public void refused(Refusal why) {
        assertInLoop();
        services.failed(hello, why);
        Farewell.say(channel, why);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        assertInLoop();
        ByteBuf in = (ByteBuf) message;
        Lease held = lease;
        if (held == null) {
            in.release();
            return;
        }
        shard.meters().add(Metric.BYTES_RECEIVED, in.readableBytes());
        held.server().write(in);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        assertInLoop();
        Lease held = lease;
        if (held != null) {
            held.server().flush();
            Reading.set(channel, held.server().isWritable());
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        assertInLoop();
        Lease held = lease;
        if (held != null) {
            held.server().reading(channel.isWritable());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        assertInLoop();
        close("its client is gone");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        assertInLoop();
        ctx.close();
    }

    @Override
    public void serverBytes(ByteBuf run) {
        assertInLoop();
        shard.meters().add(Metric.BYTES_SENT, run.readableBytes());
        channel.write(run, channel.voidPromise());
    }

    @Override
    public void serverTurnEnd() {
        assertInLoop();
        channel.flush();
    }

    @Override
    public boolean parameterChanged(String name, String value, boolean injected) {
        assertInLoop();
        return true;
    }

    @Override
    public void serverWritabilityChanged(boolean writable) {
        assertInLoop();
        Reading.set(channel, writable);
    }

    @Override
    public void serverLost(@Nullable ServerFailure failure, @Nullable String violation) {
        assertInLoop();
        close("lost");
        channel.writeAndFlush(channel.alloc().buffer(0)).addListener(ChannelFutureListener.CLOSE);
    }

    private void close(String reason) {
        if (closed) {
            return;
        }
        closed = true;
        services.closed(this, reason);
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

    public ClientHello hello() {
        assertInLoop();
        return hello;
    }

    /** The lease it holds; null while it waits. */
    public @Nullable Lease currentLease() {
        assertInLoop();
        return lease;
    }

    /** When it began, on the clock of {@link #nanoTime}. */
    public long startedNanos() {
        assertInLoop();
        return startedNanos;
    }

    /** Our end of the client's socket; null once it is closed. */
    public @Nullable SocketAddress localAddress() {
        assertInLoop();
        return channel.localAddress();
    }

    /** Where the client is, whatever proxy is between; null once a Unix socket is closed. */
    public @Nullable SocketAddress remoteAddress() {
        assertInLoop();
        return hello.peer(channel);
    }

    /** Where it leases from. */
    PoolShard shard() {
        return shard;
    }

    /** Ends it if its time is up: nobody waits for the end of a replication. */
    void expire() {
        Lease held = lease;
        if (shard.pool().isRemoved()) {
            kill(ProxyError.DATABASE_REMOVED);
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
