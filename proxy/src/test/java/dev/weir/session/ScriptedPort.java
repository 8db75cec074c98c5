package dev.weir.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** A client's port without a channel: keeps what was written, and is as writable as a test says. */
@NullMarked
final class ScriptedPort implements ClientPort {
    private final UnpooledByteBufAllocator alloc = new UnpooledByteBufAllocator(false);
    private final ByteBuf unsent = Unpooled.buffer();
    private final ByteBuf sent = Unpooled.buffer();
    private boolean writable = true;
    private boolean takes = true;
    private boolean reads;
    private boolean suspended;
    private String end = "";

    /** What reached the client since the last call, a word for each message. */
    String received() {
        List<String> words = new ArrayList<>();
        while (sent.isReadable()) {
            char tag = (char) sent.readByte();
            words.add(word(tag, sent.readSlice(sent.readInt() - 4)));
        }
        return String.join(" ", words);
    }

    /** What reached the client since the last call, as it is. */
    String receivedBytes() {
        String all = sent.toString(StandardCharsets.ISO_8859_1);
        sent.clear();
        return all;
    }

    private static String word(char tag, ByteBuf body) {
        return switch (tag) {
            case 'Z' -> "Z" + (char) body.readByte();
            case 'E', 'N' -> tag + ":" + field(body, tag == 'E' ? 'C' : 'M');
            case 'S' -> "S:" + string(body) + "=" + string(body);
            case 'C' -> "C:" + string(body).replace(' ', '_');
            default -> String.valueOf(tag);
        };
    }

    private static String field(ByteBuf body, char wanted) {
        for (char code = (char) body.readByte(); code != 0; code = (char) body.readByte()) {
            String value = string(body);
            if (code == wanted) {
                return value;
            }
        }
        return "";
    }

    private static String string(ByteBuf body) {
        int length = body.bytesBefore((byte) 0);
        String text = body.readString(length, StandardCharsets.UTF_8);
        body.skipBytes(1);
        return text;
    }

    /** From now on the client takes more, or does not. */
    void writable(boolean on) {
        writable = on;
    }

    /**
     * From now on the client reads, or leaves unread what is sent; little enough to be writable.
     */
    void takes(boolean on) {
        takes = on;
        flush();
    }

    boolean isRead() {
        return reads && !suspended;
    }

    /** How the port ended: "closed", "aborted", or "" if it has not. */
    String end() {
        return end;
    }

    @Override
    public ByteBufAllocator alloc() {
        return alloc;
    }

    @Override
    public void write(ByteBuf bytes) {
        unsent.writeBytes(bytes);
        bytes.release();
    }

    @Override
    public void flush() {
        if (takes) {
            sent.writeBytes(unsent);
            unsent.clear();
        }
    }

    @Override
    public boolean isWritable() {
        return writable;
    }

    @Override
    public void reading(boolean on) {
        reads = on;
    }

    @Override
    public void suspend(boolean on) {
        suspended = on;
    }

    @Override
    public void quiet(boolean on) {
        suspend(on);
    }

    @Override
    public void close(Duration unreadMax) {
        flush();
        end = "closed";
    }

    @Override
    public void abort() {
        end = "aborted";
    }

    @Override
    public long pendingBytes() {
        return unsent.readableBytes();
    }

    @Override
    public int fileDescriptor() {
        return -1;
    }

    @Override
    public @Nullable SocketAddress localAddress() {
        return null;
    }

    @Override
    public @Nullable SocketAddress remoteAddress() {
        return null;
    }
}
