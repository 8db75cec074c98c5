package dev.weir.sim;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelId;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Weir's end of a connection. Its bytes come and go in pieces of whatever size chance will. */
final class SimChannel extends AbstractChannel implements DuplexChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);
    private static final int READ_BYTES_MAX = 16_384;

    private final World world;
    private final int number;
    private final Config config;
    private final Source io = new Io();
    private final Pipe in = new Pipe(Integer.MAX_VALUE);
    private final Pipe out;
    private State state = State.NEW;
    private @Nullable Peer peer;
    private @Nullable ChannelPromise connecting;
    private @Nullable SocketAddress remote;
    private boolean isRegisteredNow;
    private boolean wantsRead;
    private boolean isBlocked;
    private boolean isOutputShut;
    private boolean isInputShut;
    private boolean isReset;

    private enum State {
        NEW,
        CONNECTING,
        REFUSED,
        CONNECTED,
        ACTIVE,
        CLOSED
    }

    private record Id(int number) implements ChannelId {
        @Override
        public String asShortText() {
            return Integer.toString(number);
        }

        @Override
        public String asLongText() {
            return asShortText();
        }

        @Override
        public int compareTo(ChannelId other) {
            return Integer.compare(number, ((Id) other).number);
        }
    }

    /** A channel that is to be connected. */
    SimChannel(World world, int number) {
        super(null, new Id(number));
        this.world = world;
        this.number = number;
        this.config = new Config(this);
        this.out = new Pipe(world.dice().oneIn(4) ? 200 : 40_000);
    }

    /** A channel whose peer has come by itself. */
    SimChannel(World world, int number, Peer peer) {
        this(world, number);
        this.peer = peer;
        state = State.ACTIVE;
        remote = new InetSocketAddress(0);
        peer.connected(this);
    }

    // --- the peer -----------------------------------------------------------------------------

    /** What goes to the peer. */
    Pipe toPeer() {
        return out;
    }

    /** What comes from the peer. */
    Pipe fromPeer() {
        return in;
    }

    /** What its peer is doing. */
    String state() {
        Peer other = peer;
        return other == null ? "opening" : other.state();
    }

    SocketAddress remote() {
        return remote == null ? new InetSocketAddress(0) : remote;
    }

    /** The server has accepted, or refused if there is none. */
    void accepted(@Nullable Peer server) {
        if (state == State.CONNECTING) {
            peer = server;
            state = server == null ? State.REFUSED : State.CONNECTED;
            update();
        }
    }

    /** The peer is gone without a word; what it has sent is lost. */
    void reset() {
        in.clear();
        in.isEnded = true;
        isReset = true;
        out.isEnded = true;
        out.clear();
        update();
    }

    /** Looks whether there is something to do. */
    void update() {
        boolean isReady =
                isRegisteredNow
                        && switch (state) {
                            case REFUSED, CONNECTED -> true;
                            case ACTIVE -> mayRead() || mayWrite();
                            case NEW, CONNECTING, CLOSED -> false;
                        };
        world.schedule().set(io, isReady);
    }

    /** The end of the peer is told though nobody reads, behind all that it has sent. */
    private boolean mayRead() {
        return wantsRead && in.size() > 0 || in.isEnded && !isInputShut;
    }

    private boolean mayWrite() {
        return isBlocked && (out.space() > 0 || out.isEnded);
    }

    // --- one step -----------------------------------------------------------------------------

    private final class Io extends Source {
        @Override
        void step() {
            world.schedule().run((SimLoop) eventLoop(), this::inLoop);
            update();
        }

        private void inLoop() {
            switch (state) {
                case REFUSED, CONNECTED -> connected();
                case ACTIVE -> {
                    if (mayWrite() && (!mayRead() || world.dice().nextBoolean())) {
                        isBlocked = false;
                        ((Unsafe) unsafe()).write();
                    } else if (mayRead()) {
                        receive();
                    }
                }
                default -> throw new AssertionError(state);
            }
        }

        @Override
        int code() {
            return 1_000 + number;
        }
    }

    private void connected() {
        ChannelPromise promise = Objects.requireNonNull(connecting);
        connecting = null;
        if (state == State.REFUSED) {
            promise.tryFailure(new IOException("Connection refused"));
            unsafe().close(unsafe().voidPromise());
            return;
        }
        state = State.ACTIVE;
        Peer server = peer;
        if (server != null) {
            server.connected(this);
        }
        if (promise.trySuccess()) {
            pipeline().fireChannelActive();
        } else {
            unsafe().close(unsafe().voidPromise());
        }
    }

    private void receive() {
        wantsRead = false;
        if (in.size() == 0) {
            receiveEnd();
            return;
        }
        if (world.strikes(Faults.Place.READ, this)) {
            breaks(Faults.Place.READ.failure());
            return;
        }
        if (world.strikes(Faults.Place.READ_BUFFER, this)) {
            breaks(Faults.outOfMemory());
            return;
        }
        int length = piece(Math.min(in.size(), READ_BYTES_MAX));
        world.schedule().note(length);
        ByteBuf bytes = world.alloc().ofSystem(length);
        in.moveTo(bytes, length);
        pipeline().fireChannelRead(bytes);
        pipeline().fireChannelReadComplete();
        if (config.isAutoRead() && state == State.ACTIVE) {
            wantsRead = true;
        }
    }

    /**
     * A server that goes on with what it was sent would carry it out behind what its client asks of
     * another one meanwhile. PostgreSQL does, too; here nobody could tell what to expect then.
     */
    private void serverDies() {
        if (peer instanceof Backend server) {
            server.vanish();
        }
    }

    /** A read has failed: nothing comes any more. */
    private void breaks(Throwable why) {
        serverDies();
        in.clear();
        in.isEnded = true;
        pipeline().fireChannelReadComplete();
        pipeline().fireExceptionCaught(why);
        endInput();
    }

    /** In Netty's order: an RST looks like a FIN afterwards. */
    private void receiveEnd() {
        if (isReset) {
            pipeline().fireExceptionCaught(new IOException("Connection reset by peer"));
        }
        endInput();
    }

    private void endInput() {
        isInputShut = true;
        if (config.allowsHalfClosure) {
            pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        } else {
            unsafe().close(unsafe().voidPromise());
        }
    }

    private int piece(int most) {
        Dice dice = world.dice();
        return switch (dice.below(16)) {
            case 0 -> 1;
            case 1, 2 -> 1 + dice.below(most);
            default -> most;
        };
    }

    // --- what Netty asks for ------------------------------------------------------------------

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new Unsafe();
    }

    private final class Unsafe extends AbstractUnsafe {
        @Override
        public void connect(SocketAddress to, SocketAddress from, ChannelPromise promise) {
            if (!promise.setUncancellable() || !ensureOpen(promise)) {
                return;
            }
            if (world.strikes(Faults.Place.CONNECT, SimChannel.this)) {
                promise.tryFailure(Faults.Place.CONNECT.failure());
                return;
            }
            connecting = promise;
            remote = to;
            state = State.CONNECTING;
            world.connects(SimChannel.this, to);
            update();
        }

        @Override
        protected void flush0() {
            if (!isBlocked) {
                super.flush0();
            }
        }

        void write() {
            super.flush0();
        }
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer pending) throws Exception {
        while (true) {
            Object message = pending.current();
            if (message == null) {
                return;
            }
            ByteBuf bytes = (ByteBuf) message;
            if (world.strikes(Faults.Place.WRITE, this)) {
                serverDies();
                throw Faults.Place.WRITE.failure();
            }
            if (out.isEnded && bytes.isReadable()) {
                throw new IOException("Broken pipe");
            }
            int length = Math.min(bytes.readableBytes(), out.space());
            boolean whole = length == bytes.readableBytes();
            if (length > 0) {
                out.add(bytes, length);
                pending.removeBytes(length);
            } else if (whole) {
                pending.remove();
            }
            Peer to = peer;
            if (to != null) {
                to.update();
            }
            if (!whole) {
                isBlocked = true;
                update();
                return;
            }
        }
    }

    @Override
    protected void doBeginRead() {
        wantsRead = true;
        update();
    }

    @Override
    protected void doRegister(ChannelPromise promise) {
        if (world.strikes(Faults.Place.REGISTER, this)) {
            promise.setFailure(Faults.Place.REGISTER.failure());
            return;
        }
        isRegisteredNow = true;
        promise.setSuccess();
        update();
    }

    @Override
    protected void doDeregister() {
        isRegisteredNow = false;
        update();
    }

    @Override
    protected void doClose() throws IOException {
        if (state == State.CLOSED) {
            return; // one that could not be registered is closed twice
        }
        ChannelPromise promise = connecting;
        connecting = null;
        if (promise != null) {
            promise.tryFailure(new ClosedChannelException());
        }
        state = State.CLOSED;
        out.isEnded = true;
        Peer other = peer;
        if (other != null) {
            other.update();
        }
        world.closed(this);
        update();
        if (world.strikes(Faults.Place.CLOSE, this)) {
            throw Faults.Place.CLOSE.failure();
        }
    }

    @Override
    protected void doDisconnect() throws IOException {
        doClose();
    }

    @Override
    protected void doBind(SocketAddress address) {
        throw new UnsupportedOperationException();
    }

    @Override
    protected void doShutdownOutput() throws IOException {
        if (world.strikes(Faults.Place.SHUTDOWN, this)) {
            throw Faults.Place.SHUTDOWN.failure();
        }
        isOutputShut = true;
        out.isEnded = true;
        Peer other = peer;
        if (other != null) {
            other.update();
        }
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return loop instanceof SimLoop;
    }

    @Override
    protected SocketAddress localAddress0() {
        return new InetSocketAddress(0);
    }

    @Override
    protected @Nullable SocketAddress remoteAddress0() {
        return remote;
    }

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public boolean isOpen() {
        return state != State.CLOSED;
    }

    @Override
    public boolean isActive() {
        return state == State.ACTIVE;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    private final class Config extends DefaultChannelConfig {
        private boolean allowsHalfClosure;

        Config(SimChannel channel) {
            super(channel);
            setAllocator(world.alloc());
        }

        @Override
        public <T> boolean setOption(ChannelOption<T> option, T value) {
            if (option == ChannelOption.ALLOW_HALF_CLOSURE) {
                allowsHalfClosure = (Boolean) value;
            }
            super.setOption(option, value);
            return true; // a socket has more options than this
        }

        @Override
        protected void autoReadCleared() {
            wantsRead = false;
            update();
        }
    }

    // --- half-closed --------------------------------------------------------------------------

    @Override
    public ChannelFuture shutdownOutput() {
        return shutdownOutput(newPromise());
    }

    @Override
    public ChannelFuture shutdownOutput(ChannelPromise promise) {
        ((Unsafe) unsafe()).shutdownOutput(promise);
        return promise;
    }

    @Override
    public boolean isOutputShutdown() {
        return isOutputShut;
    }

    @Override
    public boolean isInputShutdown() {
        return isInputShut;
    }

    @Override
    public ChannelFuture shutdownInput() {
        throw new UnsupportedOperationException();
    }

    @Override
    public ChannelFuture shutdownInput(ChannelPromise promise) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isShutdown() {
        return state == State.CLOSED;
    }

    @Override
    public ChannelFuture shutdown() {
        throw new UnsupportedOperationException();
    }

    @Override
    public ChannelFuture shutdown(ChannelPromise promise) {
        throw new UnsupportedOperationException();
    }
}
