package dev.weir.backend;

import dev.weir.protocol.CancelKey;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Ticker;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.NullMarked;

/** The server's end of a connection that has logged in: a test says what it answers. */
@NullMarked
public final class ScriptedServer {
    /** What nobody reads any more is left to the garbage collector. */
    private static final UnpooledByteBufAllocator HEAP = new UnpooledByteBufAllocator(false, true);

    private final EmbeddedChannel channel;
    private final ServerConnection connection;

    /** How many bytes of the last message that it received are still to come. */
    private int rest;

    ScriptedServer(ServerTarget target, Statements statements, CancelKey key, Ticker ticker) {
        this.channel = EmbeddedChannel.builder().ticker(ticker).build();
        channel.config().setAllocator(HEAP);
        this.connection =
                new ServerConnection(channel, target, key, ParameterSet.EMPTY, statements);
        channel.pipeline().addLast(new ServerInput(connection));
    }

    /** Weir's end of it. */
    public ServerConnection connection() {
        return connection;
    }

    /** What Weir sent since the last call; each message's tag, and a Query's text behind it. */
    public String received() {
        var text = new StringBuilder();
        for (Object message = channel.readOutbound();
                message != null;
                message = channel.readOutbound()) {
            read((ByteBuf) message, text);
            ReferenceCountUtil.release(message);
        }
        return text.toString();
    }

    private void read(ByteBuf in, StringBuilder text) {
        int here = Math.min(rest, in.readableBytes());
        in.skipBytes(here);
        rest -= here;
        while (in.isReadable()) {
            char tag = (char) in.readByte();
            int length = in.readInt() - 4;
            ByteBuf body = in.readSlice(Math.min(length, in.readableBytes()));
            rest = length - body.capacity();
            text.append(tag);
            if (tag == 'Q' && length > 0 && body.capacity() == length) {
                text.append(body.toString(0, body.capacity() - 1, StandardCharsets.UTF_8));
            }
        }
    }

    /** Answers a query: CommandComplete, ReadyForQuery. */
    public void succeeds() {
        channel.writeInbound(
                message('C', "SELECT 0\0".getBytes(StandardCharsets.US_ASCII)),
                message('Z', new byte[] {'I'}));
    }

    /** Answers so many queries in one read. */
    public void succeeds(int queries) {
        ByteBuf all = HEAP.buffer();
        for (int i = 0; i < queries; i++) {
            all.writeBytes(message('C', "SELECT 0\0".getBytes(StandardCharsets.US_ASCII)));
            all.writeBytes(message('Z', new byte[] {'I'}));
        }
        channel.writeInbound(all);
    }

    /** Answers a query with an error. */
    public void fails() {
        String fields = "SERROR\0VERROR\0C22012\0Mdivision by zero\0\0";
        channel.writeInbound(
                message('E', fields.getBytes(StandardCharsets.US_ASCII)),
                message('Z', new byte[] {'I'}));
    }

    /** Answers a query of the extended protocol: with one row of these columns, or none. */
    public void answers(String... columns) {
        ByteBuf row = HEAP.buffer().writeShort(columns.length);
        for (String column : columns) {
            byte[] value = column.getBytes(StandardCharsets.UTF_8);
            row.writeInt(value.length).writeBytes(value);
        }
        channel.writeInbound(message('1', new byte[0]), message('2', new byte[0]));
        if (columns.length > 0) {
            channel.writeInbound(message('D', ByteBufUtil.getBytes(row)));
        }
        succeeds();
    }

    /** Sends a message, as {@code tag} and body. */
    public void sends(char tag, byte[] body) {
        channel.writeInbound(message(tag, body));
    }

    /** Sends bytes, whatever they are, unless it is closed. Takes over {@code bytes}. */
    public void sendsBytes(ByteBuf bytes) {
        if (channel.isActive()) {
            channel.writeInbound(bytes);
        } else {
            bytes.release();
        }
    }

    /** Sends messages in one read: a tag and a body for each. */
    public void sendsAtOnce(String... tagsAndBodies) {
        ByteBuf all = HEAP.buffer();
        for (int i = 0; i < tagsAndBodies.length; i += 2) {
            byte[] body = tagsAndBodies[i + 1].getBytes(StandardCharsets.UTF_8);
            all.writeBytes(message(tagsAndBodies[i].charAt(0), body));
        }
        channel.writeInbound(all);
    }

    /** Sends the beginning of a message, of which {@code here} bytes of the body come now. */
    public void sendsBeginning(char tag, int bodyBytes, int here) {
        channel.writeInbound(HEAP.buffer().writeByte(tag).writeInt(4 + bodyBytes).writeZero(here));
    }

    private static ByteBuf message(char tag, byte[] body) {
        return HEAP.buffer().writeByte(tag).writeInt(4 + body.length).writeBytes(body);
    }

    /** From now on it takes more of what is sent to it, or does not. */
    public void takes(boolean more) {
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, more);
        run();
    }

    /** Whether Weir reads what it sends. */
    public boolean isRead() {
        return channel.config().isAutoRead();
    }

    /** Closes its end. */
    public void vanishes() {
        received();
        channel.close();
        run();
    }

    public boolean isClosed() {
        return !channel.isOpen();
    }

    void whenClosed(Runnable then) {
        channel.closeFuture().addListener(_ -> then.run());
    }

    /** Whether Weir has said Terminate, or has seen the end. */
    public boolean isLeft() {
        return !connection.isOpen() || connection.isInputEnded();
    }

    /** Does what is due on its loop. */
    public void run() {
        channel.runPendingTasks();
        channel.runScheduledPendingTasks();
    }
}
