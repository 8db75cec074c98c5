package dev.weir.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.metrics.LoopMeters;
import dev.weir.metrics.Metric;
import dev.weir.metrics.Readings;
import dev.weir.metrics.Timing;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class RatesTest {
    private static final long MILLI = 1_000_000;

    private final LoopMeters meters = new LoopMeters();

    private float figure(Readings before, Curve curve) {
        return new Rates(before, meters.read(), 2).ofDatabase(3)[curve.ordinal()];
    }

    @Test
    void countsWhatHasHappenedSince() {
        meters.add(Metric.TRANSACTIONS, 100);
        Readings before = meters.read();
        meters.add(Metric.TRANSACTIONS, 10);
        meters.set(Metric.SERVERS_ACTIVE, 4);

        assertThat(figure(before, Curve.TRANSACTIONS)).isEqualTo(5);
        assertThat(figure(before, Curve.ACTIVE)).isEqualTo(4);
        assertThat(figure(before, Curve.CLIENTS)).isEqualTo(3);
    }

    @Test
    void findsQuantilesOfTheTimesSince() {
        meters.record(Timing.TRANSACTION, 900 * MILLI);
        Readings before = meters.read();
        for (int i = 0; i < 90; i++) {
            meters.record(Timing.TRANSACTION, 7 * MILLI);
        }
        for (int i = 0; i < 10; i++) {
            meters.record(Timing.TRANSACTION, 70 * MILLI);
        }

        assertThat(figure(before, Curve.MEDIAN)).isBetween(5f, 10f);
        assertThat(figure(before, Curve.P99)).isCloseTo(95, within(0.01f)); // 9/10 of 50 to 100
    }

    @Test
    void knowsNoQuantileOfNothing() {
        assertThat(figure(meters.read(), Curve.MEDIAN)).isNaN();
    }

    @Test
    void saysTheLastBoundOfWhatExceedsAll() {
        Readings before = meters.read();
        meters.record(Timing.TRANSACTION, 60_000 * MILLI);

        assertThat(figure(before, Curve.P99)).isEqualTo(10_000);
    }

    @Test
    void countsNothingBackWhenAPoolHasGone() {
        meters.add(Metric.TRANSACTIONS, 5);
        float[] rates = new Rates(meters.read(), Readings.ZERO, 2).ofDatabase(0);

        assertThat(rates[Curve.TRANSACTIONS.ordinal()]).isZero();
    }
}
