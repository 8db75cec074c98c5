package dev.weir.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pool.Losses.Counts;
import dev.weir.pool.Losses.End;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class LossesTest {
    private final Losses losses = new Losses();

    private static long seconds(long count) {
        return TimeUnit.SECONDS.toNanos(count);
    }

    @Test
    void countsByTheTimeOfTheLossHoweverLateTheEnd() {
        losses.add(End.RETRIED, seconds(20));
        losses.add(End.ROLLED_BACK, seconds(10));
        losses.add(End.RESOLVED, seconds(10));
        losses.add(End.COMMITTED, seconds(10));
        losses.add(End.IN_DOUBT, seconds(11));
        assertThat(losses.between(seconds(9), seconds(12))).isEqualTo(new Counts(0, 1, 1, 1));
        assertThat(losses.between(seconds(12), seconds(30))).isEqualTo(new Counts(1, 0, 0, 0));
        assertThat(losses.between(seconds(0), seconds(9))).isEqualTo(Counts.NONE);
    }

    @Test
    void takesTimesBeforeTheOriginOfTheClock() {
        losses.add(End.IN_DOUBT, -1);
        assertThat(losses.between(-seconds(1), seconds(1)).inDoubt()).isEqualTo(1);
        assertThat(losses.between(0, seconds(1)).inDoubt()).isZero();
    }

    @Test
    void forgetsTheOldestFirst() {
        for (int i = 0; i < 5_000; i++) {
            losses.add(End.IN_DOUBT, seconds(i));
        }
        assertThat(losses.between(0, seconds(5_000)).inDoubt()).isEqualTo(4_096);
        assertThat(losses.between(seconds(4_999), seconds(5_000)).inDoubt()).isEqualTo(1);
    }
}
