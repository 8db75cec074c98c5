package dev.weir.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@NullMarked
final class BuffersTest {
    private final ByteBufAllocator alloc = UnpooledByteBufAllocator.DEFAULT;
    private @Nullable ByteBuf seen;

    /** Has no memory. */
    private static final class Empty extends AbstractByteBufAllocator {
        @Override
        protected ByteBuf newHeapBuffer(int initial, int max) {
            throw new OutOfMemoryError("on purpose");
        }

        @Override
        protected ByteBuf newDirectBuffer(int initial, int max) {
            throw new OutOfMemoryError("on purpose");
        }

        @Override
        public boolean isDirectBufferPooled() {
            return false;
        }
    }

    private static ByteBuf of(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    }

    @Test
    void isFilled() {
        ByteBuf out = Buffers.filled(alloc, 1, to -> to.writeBytes(new byte[100]));
        assertThat(out.readableBytes()).isEqualTo(100);
        out.release();
    }

    @Test
    void nothingIsLeftOfOneThatCannotBeFilled() {
        assertThatThrownBy(() ->
                        Buffers.filled(
                                alloc,
                                1,
                                to -> {
                                    seen = to;
                                    throw new OutOfMemoryError("on purpose");
                                }))
                .isInstanceOf(OutOfMemoryError.class);
        assertThat(seen).isNotNull().extracting(ByteBuf::refCnt).isEqualTo(0);
    }

    @Test
    void appends() {
        ByteBuf before = of("ab");
        ByteBuf in = of("cd");
        ByteBuf all = Buffers.appended(alloc, before, in);
        assertThat(all.toString(StandardCharsets.US_ASCII)).isEqualTo("abcd");
        assertThat(before.refCnt()).isZero();
        assertThat(in.refCnt()).isZero();
        all.release();
    }

    @Test
    void appendsToNothing() {
        ByteBuf in = of("cd");
        assertThat(Buffers.appended(alloc, null, in)).isSameAs(in);
        in.release();
    }

    @Test
    void whatCannotBeAppendedLeavesWhatWasThere() {
        ByteBuf before = of("ab");
        ByteBuf in = of("cd");
        assertThatThrownBy(() -> Buffers.appended(new Empty(), before, in))
                .isInstanceOf(OutOfMemoryError.class);
        assertThat(in.refCnt()).isZero();
        assertThat(before.toString(StandardCharsets.US_ASCII)).isEqualTo("ab");
        before.release();
    }
}
