package dev.weir.admin;

import dev.weir.backend.ParameterSet;
import dev.weir.error.EndReason;
import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;
import dev.weir.login.ClientHello;
import dev.weir.login.ClientLog;
import dev.weir.net.Buffers;
import dev.weir.net.Fatal;
import dev.weir.net.LastBytes;
import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import dev.weir.net.Reading;
import dev.weir.net.SocketSnapshot;
import dev.weir.protocol.BackendMessages;
import dev.weir.protocol.CancelKey;
import dev.weir.protocol.CancelSecret;
import dev.weir.protocol.FrontendTag;
import dev.weir.protocol.ProtocolViolation;
import dev.weir.session.ClientSnapshot;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client at the console: a query, its answer, the next query. It is read only when its last
 * answer has been sent, so that at most one answer is held.
 */
@LoopConfined
final class Console extends ChannelInboundHandlerAdapter implements LoopOwned {
    /*
     *   READING ──Query──▶ ANSWERING ──answer written──▶ READING
     *   any ──▶ CLOSED
     */
    private enum State {
        READING,
        ANSWERING,
        CLOSED
    }

    /** The longest query that is read; every command is far shorter. */
    private static final int QUERY_BYTES_MAX = 65_536;

    private static final int HEADER_BYTES = 5;
    private static final int SECRET_BYTES_3_0 = 4;
    private static final int SECRET_BYTES_3_2 = 32;

    private static final Logger log = LoggerFactory.getLogger(Console.class);

    private final Channel channel;
    private final ClientHello hello;
    private final CancelKey key;
    private final Replies replies;
    private final Extended extended;
    private final long startedNanos;
    private long requestNanos;
    private State state = State.READING;
    private @Nullable ByteBuf held;
    private @Nullable Runnable awaited;

    Console(Channel channel, ClientHello hello, Replies replies) {
        this.channel = channel;
        this.startedNanos = nanoTime();
        this.requestNanos = startedNanos;
        this.hello = hello;
        this.replies = replies;
        this.extended = new Extended(replies, this::notice);
        int length = hello.protocolMinor() >= 2 ? SECRET_BYTES_3_2 : SECRET_BYTES_3_0;
        this.key = new CancelKey((int) hello.id(), CancelSecret.random(length));
    }

    @Override
    public EventLoop loop() {
        return channel.eventLoop();
    }

    /** Greets the client. Takes over {@code early}. */
    void start(@Nullable ByteBuf early) {
        assertInLoop();
        held = early;
        channel.writeAndFlush(
                Buffers.filled(channel.alloc(), 512, out -> replies.greet(out, key)),
                channel.voidPromise());
        proceed();
    }

    // --- messages -----------------------------------------------------------------------------

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        assertInLoop();
        if (state == State.CLOSED) {
            ReferenceCountUtil.release(message);
        } else {
            held = Buffers.appended(ctx.alloc(), held, (ByteBuf) message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        assertInLoop();
        proceed();
    }

    /** Takes the messages that have arrived, one at a time, and then reads on. */
    private void proceed() {
        while (state == State.READING && next()) {}
        if (state == State.READING) {
            channel.read();
        }
    }

    /** Takes the next message; false if it has not arrived completely. */
    private boolean next() {
        ByteBuf in = held;
        if (in == null || in.readableBytes() < HEADER_BYTES) {
            return false;
        }
        byte tag = in.getByte(in.readerIndex());
        int length = in.getInt(in.readerIndex() + 1);
        if (!isLegal(tag, length)) {
            return false;
        }
        if (in.readableBytes() < 1 + length) {
            return false;
        }
        in.skipBytes(HEADER_BYTES);
        ByteBuf body = in.readRetainedSlice(length - 4);
        if (!in.isReadable()) {
            held = null;
            in.release();
        }
        try {
            take(tag, body);
        } catch (ProtocolViolation e) {
            fail(ProxyError.PROTOCOL_VIOLATION, String.valueOf(e.getMessage()));
        } finally {
            body.release();
        }
        return true;
    }

    private void take(byte tag, ByteBuf body) {
        if (Extended.isOne(tag)) {
            become(State.ANSWERING);
            extended.to(tag, body)
                    .whenCompleteAsync(
                            (answer, failure) -> answered(answer, failure, false), loop());
            return;
        }
        switch (tag) {
            case FrontendTag.QUERY -> {
                if (!extended.isSkipping()) {
                    query(text(body));
                }
            }
            case FrontendTag.SYNC -> {
                extended.synced();
                become(State.ANSWERING);
                answered(_ -> {}, null, true);
            }
            case FrontendTag.FLUSH -> channel.flush();
            case FrontendTag.TERMINATE -> close(EndReason.CLIENT_TERMINATE.words());
            default -> {} // a CopyDone after something that has failed already
        }
    }

    /** Judges a message by its header, before any of it is kept. */
    private boolean isLegal(byte tag, int length) {
        boolean isUnknown =
                FrontendTag.lengthMax(tag) < 0
                        || tag == FrontendTag.PASSWORD
                        || tag == FrontendTag.FUNCTION_CALL;
        if (isUnknown) {
            fail(ProxyError.PROTOCOL_VIOLATION, "invalid frontend message type " + (tag & 0xff));
        } else if (length < 4) {
            fail(ProxyError.PROTOCOL_VIOLATION, "invalid message length: " + length);
        } else if (length > QUERY_BYTES_MAX) {
            fail(ProxyError.CONSOLE_QUERY_TOO_LONG, length, QUERY_BYTES_MAX);
        } else {
            return true;
        }
        return false;
    }

    private static String text(ByteBuf body) {
        int end = body.bytesBefore((byte) 0);
        return body.toString(
                body.readerIndex(), end < 0 ? body.readableBytes() : end, StandardCharsets.UTF_8);
    }

    // --- answers ------------------------------------------------------------------------------

    private void query(String text) {
        become(State.ANSWERING);
        requestNanos = nanoTime();
        CompletableFuture<Reply> reply = replies.to(text, this::notice);
        awaited = () -> reply.cancel(false);
        reply.whenCompleteAsync(
                (made, failure) -> {
                    awaited = null;
                    if (made instanceof Reply.Failure(Refusal why)) {
                        ClientLog.error(replies.config(), hello.logName(), why);
                    }
                    answered(made == null ? null : made::writeTo, failure, true);
                },
                loop());
    }

    /** Sends a notice ahead of the answer. Any thread. */
    private void notice(String text) {
        loop().execute(() -> {
            if (state == State.ANSWERING) {
                ByteBuf out =
                        Buffers.filled(
                                channel.alloc(),
                                256,
                                to ->
                                        BackendMessages.notice(
                                                to, "NOTICE", "00000", text, null, null));
                channel.writeAndFlush(out, channel.voidPromise());
            }
        });
    }

    /** Sends an answer, and reads on when it has been sent. */
    private void answered(
            Extended.@Nullable Answer answer, @Nullable Throwable failure, boolean isReady) {
        if (state != State.ANSWERING) {
            return;
        }
        if (answer == null && !(failure instanceof CancellationException)) {
            log.error("console_failed id={}", hello.id(), failure);
            fail(ProxyError.INTERNAL);
            return;
        }
        Extended.Answer whole = answer;
        ByteBuf out =
                Buffers.filled(
                        channel.alloc(),
                        1_024,
                        to -> {
                            if (whole == null) {
                                Reply.failure(ProxyError.QUERY_CANCELED).writeTo(to);
                            } else {
                                whole.writeTo(to);
                            }
                        });
        if (isReady) {
            BackendMessages.readyForQuery(out, (byte) 'I');
        } else if (channel.isWritable()) {
            channel.write(out, channel.voidPromise());
            readNext();
            return;
        } // else the client is to take what it has been answered: no Sync may ever come
        channel.writeAndFlush(out).addListener(_ -> readNext());
    }

    private void readNext() {
        if (state == State.ANSWERING) {
            become(State.READING);
            proceed();
        }
    }

    /** The client no longer waits for its answer. */
    private void cancel() {
        loop().execute(() -> {
            Runnable ending = awaited;
            if (ending != null) {
                ending.run();
            }
        });
    }

    /** Ends the console from outside. */
    private void kill(ProxyError error) {
        loop().execute(() -> fail(error));
    }

    /** What others at the console may ask of it. */
    Consoles.Seat seat() {
        return new Consoles.Seat(key, this::cancel, this::kill, this::snapshot);
    }

    /** What it is now; empty once it is closed. */
    private CompletableFuture<List<ClientSnapshot>> snapshot() {
        return CompletableFuture.supplyAsync(
                () -> state == State.CLOSED ? List.of() : List.of(snapshotHere()), loop());
    }

    private ClientSnapshot snapshotHere() {
        return new ClientSnapshot(
                hello.id(),
                hello.user(),
                Consoles.DATABASE,
                Consoles.DATABASE,
                null,
                "idle",
                SocketSnapshot.of(channel, hello.peer(channel), hello.origin().tls(), 0),
                applicationName(),
                ParameterSet.EMPTY,
                new ClientSnapshot.Times(startedNanos, requestNanos, 0, 0, 0),
                null,
                0,
                null,
                List.of(),
                List.of(),
                0);
    }

    private String applicationName() {
        String name = hello.startup().get("application_name");
        return name == null ? "" : name;
    }

    // --- the end ------------------------------------------------------------------------------

    private void fail(ProxyError error, Object... blanks) {
        if (state == State.CLOSED) {
            return;
        }
        Refusal why = error.refusal(blanks);
        channel.write(Buffers.filled(channel.alloc(), 256, why::writeTo), channel.voidPromise());
        close(why.text());
    }

    private void close(String reason) {
        if (state == State.CLOSED) {
            return;
        }
        become(State.CLOSED);
        cancel();
        ByteBuf rest = held;
        if (rest != null) {
            held = null;
            rest.release();
        }
        ClientLog.closed(replies.config(), hello.logName(), reason, nanoTime() - startedNanos);
        LastBytes.close(channel, LastBytes.LINGER_MAX);
    }

    private void become(State next) {
        assert switch (next) {
                    case READING -> state == State.ANSWERING;
                    case ANSWERING -> state == State.READING;
                    case CLOSED -> state != State.CLOSED;
                }
                : state + " to " + next;
        state = next;
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        assertInLoop();
        close(EndReason.CLIENT_EOF.words());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Fatal.check(cause);
        assertInLoop();
        if (Reading.isPeerFault(cause)) {
            log.debug("console_io_error id={} what=\"{}\"", hello.id(), cause.toString());
        } else {
            log.error("console_failed id={}", hello.id(), cause);
        }
        ctx.close();
    }
}
