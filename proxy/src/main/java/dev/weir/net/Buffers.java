package dev.weir.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Making buffers of which nothing is left if there is no memory for them, at first or later. */
public final class Buffers {
    private Buffers() {}

    /**
     * A buffer with what {@code writer} writes, which may be longer.
     *
     * @param bytes how long it probably is
     */
    public static ByteBuf filled(ByteBufAllocator alloc, int bytes, Consumer<ByteBuf> writer) {
        return filled(alloc.buffer(bytes), writer);
    }

    /** The same with a new buffer, which it takes over and returns. */
    public static ByteBuf filled(ByteBuf out, Consumer<ByteBuf> writer) {
        try {
            writer.accept(out);
        } catch (RuntimeException | Error e) {
            out.release();
            throw e;
        }
        return out;
    }

    /**
     * Appends what was read just now to what was read before. Takes over both; if it fails, only
     * {@code in}, so that the owner of {@code before} goes on having it.
     */
    public static ByteBuf appended(ByteBufAllocator alloc, @Nullable ByteBuf before, ByteBuf in) {
        if (before == null) {
            return in;
        }
        ByteBuf all;
        try {
            all = alloc.buffer(before.readableBytes() + in.readableBytes());
            all.writeBytes(before).writeBytes(in);
        } finally {
            in.release();
        }
        before.release();
        return all;
    }
}
