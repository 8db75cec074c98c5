package dev.weir.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Builds bytes as one writes them by hand: a string stands for its characters (ISO-8859-1), a
 * number for one byte.
 */
final class WireBytes {
    private WireBytes() {}

    static byte[] bytes(Object... parts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Object part : parts) {
            switch (part) {
                case String text -> bytes.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
                case byte[] array -> bytes.writeBytes(array);
                case Integer number -> bytes.write(number);
                default -> throw new IllegalArgumentException("part: " + part.getClass());
            }
        }
        return bytes.toByteArray();
    }

    static ByteBuf buffer(Object... parts) {
        return Unpooled.wrappedBuffer(bytes(parts));
    }

    /** Returns what {@code encoder} appends to a buffer that is not empty. */
    static byte[] written(Consumer<ByteBuf> encoder) {
        ByteBuf out = Unpooled.buffer(1);
        try {
            out.writeBytes(new byte[] {7, 7, 7});
            encoder.accept(out);
            out.skipBytes(3);
            return ByteBufUtil.getBytes(out);
        } finally {
            out.release();
        }
    }
}
