package dev.weir.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class LsnClockTest {
    private final LsnClock clock = new LsnClock();

    @Test
    void knowsNothingBeforeThePrimaryWasAsked() {
        assertThat(clock.lagNanos(1, 1)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void isNotLateWhereThePrimaryStillIs() {
        clock.ended(100, 10);
        clock.ended(100, 20);

        assertThat(clock.lagNanos(100, 20)).isZero();
        assertThat(clock.lagNanos(150, 15)).isZero();
    }

    @Test
    void isAsLateAsThePrimaryWasThereLast() {
        clock.ended(100, 10);
        clock.ended(100, 20);
        clock.ended(200, 30);
        clock.ended(300, 40);

        assertThat(clock.lagNanos(100, 50)).isEqualTo(30);
        assertThat(clock.lagNanos(250, 50)).isEqualTo(20);
        assertThat(clock.lagNanos(300, 50)).isEqualTo(10);
    }

    /** An idle cluster is never late: its replicas have all there is. */
    @Test
    void doesNotCountIdleTime() {
        clock.ended(100, 10);
        clock.ended(100, 1_000_000);

        assertThat(clock.lagNanos(100, 1_000_000)).isZero();
    }

    @Test
    void isAsLateAsItsOldestEntryAtLeast() {
        for (int i = 1; i <= 5_000; i++) {
            clock.ended(i * 10L, i);
        }

        assertThat(clock.lagNanos(5, 5_000)).isEqualTo(1_023);
        assertThat(clock.lagNanos(50_000, 5_000)).isZero();
        assertThat(clock.end()).isEqualTo(50_000);
    }

    @Test
    void beginsAnewWithAPrimaryThatIsBehindTheOneBefore() {
        clock.ended(500, 10);
        clock.ended(400, 20);

        assertThat(clock.lagNanos(400, 20)).isZero();
        assertThat(clock.end()).isEqualTo(400);
    }
}
