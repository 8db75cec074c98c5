package dev.weir.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Bytes as one writes them by hand: strings are themselves (ISO-8859-1), numbers are one byte. */
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

    /** What {@code encoder} appends to a buffer that holds something already. */
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
