package dev.weir.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What the loops hold adds up, and all of them see when it is too much. */
@NullMarked
final class MemoryBudgetTest {
    private static final long MB = 1 << 20;

    /** What a loop may have been granted beyond what it holds. */
    private static final long SLACK = 128 * 1024;

    private final EventLoop one = new EmbeddedChannel().eventLoop();
    private final EventLoop other = new EmbeddedChannel().eventLoop();
    private final MemoryBudget budget = new MemoryBudget(MB, List.of(one, other));

    @Test
    void isFullForAllOnceTheSumExceedsTheLimit() {
        budget.on(one).add(MB / 2);
        assertThat(budget.on(other).isFull()).isFalse();
        budget.on(other).add(MB / 2);
        assertThat(budget.on(one).isFull()).isFalse();
        budget.on(other).add(1);
        assertThat(budget.on(one).isFull()).isTrue();
        assertThat(budget.on(other).isFull()).isTrue();

        budget.on(one).add(-MB / 2);

        assertThat(budget.on(other).isFull()).isFalse();
    }

    @Test
    void theLimitCanChange() {
        budget.on(one).add(MB);
        budget.limit(MB / 2);
        assertThat(budget.on(other).isFull()).isTrue();
        budget.limit(2 * MB);
        assertThat(budget.on(other).isFull()).isFalse();
    }

    @Test
    void theSumIsRightWhateverComesAndGoes() {
        var random = new Random(1);
        long[] held = new long[2];
        for (int i = 0; i < 100_000; i++) {
            int at = random.nextInt(2);
            long bytes = random.nextInt(10_000) - Math.min(held[at], random.nextInt(10_000));
            held[at] += bytes;
            budget.on(at == 0 ? one : other).add(bytes);
            assertThat(budget.used() - held[0] - held[1]).isBetween(0L, 2 * SLACK);
        }
        budget.on(one).add(-held[0]);
        budget.on(other).add(-held[1]);
        assertThat(budget.used()).isZero();
    }
}
