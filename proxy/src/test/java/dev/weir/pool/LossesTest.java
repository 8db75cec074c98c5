package dev.weir.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pool.Losses.Counts;
import dev.weir.pool.Losses.End;
import org.junit.jupiter.api.Test;

final class LossesTest {
    private static final long SECOND = 1_000_000_000;

    private final Losses losses = new Losses();

    private static long at(long second) {
        return second * SECOND;
    }

    @Test
    void countsByTheTimeOfTheLossHoweverLateTheEnd() {
        losses.add(End.RETRIED, at(20));
        losses.add(End.ROLLED_BACK, at(10));
        losses.add(End.RESOLVED, at(10));
        losses.add(End.COMMITTED, at(10));
        losses.add(End.IN_DOUBT, at(11));
        assertThat(losses.between(at(9), at(12))).isEqualTo(new Counts(0, 1, 1, 1));
        assertThat(losses.between(at(12), at(30))).isEqualTo(new Counts(1, 0, 0, 0));
        assertThat(losses.between(at(0), at(9))).isEqualTo(Counts.NONE);
    }

    @Test
    void takesTimesBeforeTheOriginOfTheClock() {
        losses.add(End.IN_DOUBT, -1);
        assertThat(losses.between(-at(1), at(1)).inDoubt()).isEqualTo(1);
        assertThat(losses.between(0, at(1)).inDoubt()).isZero();
    }

    @Test
    void forgetsTheOldestFirst() {
        for (int i = 0; i < 5_000; i++) {
            losses.add(End.IN_DOUBT, at(i));
        }
        assertThat(losses.between(0, at(5_000)).inDoubt()).isEqualTo(4_096);
        assertThat(losses.between(at(4_999), at(5_000)).inDoubt()).isEqualTo(1);
    }
}
