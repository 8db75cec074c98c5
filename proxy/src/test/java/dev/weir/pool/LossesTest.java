package dev.weir.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pool.Losses.Counts;
import dev.weir.pool.Losses.End;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class LossesTest {
    private static final long SECOND = 1_000_000_000;

    private final Losses losses = new Losses();

    private static long atSecond(long second) {
        return second * SECOND;
    }

    @Test
    void countsByTheTimeOfTheLossHoweverLateTheEnd() {
        losses.add(End.RETRIED, atSecond(20));
        losses.add(End.ROLLED_BACK, atSecond(10));
        losses.add(End.RESOLVED, atSecond(10));
        losses.add(End.COMMITTED, atSecond(10));
        losses.add(End.IN_DOUBT, atSecond(11));
        assertThat(losses.between(atSecond(9), atSecond(12))).isEqualTo(new Counts(0, 1, 1, 1));
        assertThat(losses.between(atSecond(12), atSecond(30))).isEqualTo(new Counts(1, 0, 0, 0));
        assertThat(losses.between(atSecond(0), atSecond(9))).isEqualTo(Counts.NONE);
    }

    @Test
    void takesTimesBeforeTheOriginOfTheClock() {
        losses.add(End.IN_DOUBT, -1);
        assertThat(losses.between(-atSecond(1), atSecond(1)).inDoubt()).isEqualTo(1);
        assertThat(losses.between(0, atSecond(1)).inDoubt()).isZero();
    }

    @Test
    void forgetsTheOldestFirst() {
        for (int i = 0; i < 5_000; i++) {
            losses.add(End.IN_DOUBT, atSecond(i));
        }
        assertThat(losses.between(0, atSecond(5_000)).inDoubt()).isEqualTo(4_096);
        assertThat(losses.between(atSecond(4_999), atSecond(5_000)).inDoubt()).isEqualTo(1);
    }
}
