package dev.weir.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class LoopMetersTest {
    @Test
    void addsUpWhatLoopsCounted() {
        var one = new LoopMeters();
        one.increment(Metric.QUERIES);
        one.increment(Metric.QUERIES);
        one.add(Metric.BYTES_SENT, 700);
        var other = new LoopMeters();
        other.increment(Metric.QUERIES);
        other.add(Metric.BYTES_RECEIVED, 30);

        Readings sum = one.read().plus(other.read());

        assertThat(sum.get(Metric.QUERIES)).isEqualTo(3);
        assertThat(sum.get(Metric.BYTES_SENT)).isEqualTo(700);
        assertThat(sum.get(Metric.BYTES_RECEIVED)).isEqualTo(30);
    }

    @Test
    void addsGaugesUpAndTakesTheGreatestOfMaxima() {
        var one = new LoopMeters();
        one.set(Metric.SERVERS_IDLE, 2);
        one.set(Metric.OLDEST_WAIT, 5_000);
        var other = new LoopMeters();
        other.set(Metric.SERVERS_IDLE, 1);
        other.set(Metric.OLDEST_WAIT, 9_000);
        var third = new LoopMeters();
        third.set(Metric.OLDEST_WAIT, 1_000);

        Readings sum = Readings.sum(List.of(one.read(), other.read(), third.read()));

        assertThat(sum.get(Metric.SERVERS_IDLE)).isEqualTo(3);
        assertThat(sum.get(Metric.OLDEST_WAIT)).isEqualTo(9_000);
    }

    @Test
    void addsUpTheSameInAnyOrder() {
        var one = new LoopMeters();
        var other = new LoopMeters();
        for (Metric metric : Metric.values()) {
            one.add(metric, 3);
            other.add(metric, 8);
        }

        Readings sum = one.read().plus(other.read());

        assertThat(sum).isEqualTo(other.read().plus(one.read()));
        assertThat(sum).hasSameHashCodeAs(other.read().plus(one.read()));
        assertThat(sum.plus(Readings.ZERO)).isEqualTo(sum);
        for (Metric metric : Metric.values()) {
            assertThat(sum.get(metric)).isEqualTo(metric.kind() == Metric.Kind.MAXIMUM ? 8 : 11);
        }
    }

    @Test
    void nothingAddedUpIsZero() {
        assertThat(Readings.sum(List.of())).isSameAs(Readings.ZERO);
        assertThat(new LoopMeters().read()).isEqualTo(Readings.ZERO);
    }

    @Test
    void whatWasReadStaysAsItWas() {
        var meters = new LoopMeters();
        meters.increment(Metric.LEASES);
        Readings before = meters.read();

        meters.increment(Metric.LEASES);

        assertThat(before.get(Metric.LEASES)).isEqualTo(1);
        assertThat(meters.read().get(Metric.LEASES)).isEqualTo(2);
    }

    @Test
    void clearsWhatIsMeasuredAnewAndKeepsWhatIsCounted() {
        var meters = new LoopMeters();
        for (Metric metric : Metric.values()) {
            meters.add(metric, 1);
        }

        meters.clearGauges();

        for (Metric metric : Metric.values()) {
            assertThat(meters.read().get(metric))
                    .as(metric.name())
                    .isEqualTo(metric.kind() == Metric.Kind.COUNTER ? 1 : 0);
        }
    }

    @Test
    void counterIsNotSet() {
        assertThatThrownBy(() -> new LoopMeters().set(Metric.QUERIES, 1))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void countsEveryServerConnectionThatHasLoggedIn() {
        var meters = new LoopMeters();
        for (Metric metric : Metric.values()) {
            if (metric.name().startsWith("SERVERS_")) {
                meters.set(metric, 1);
            }
        }

        long states =
                Arrays.stream(Metric.values())
                        .filter(metric -> metric.name().startsWith("SERVERS_"))
                        .count();
        assertThat(meters.read().servers()).as("all but SERVERS_OPENING").isEqualTo(states - 1);
    }

    @Test
    void readsWellInALog() {
        var meters = new LoopMeters();
        meters.add(Metric.QUERIES, 7);
        meters.set(Metric.SERVERS_IDLE, 2);

        assertThat(meters.read()).hasToString("{QUERIES=7, SERVERS_IDLE=2}");
    }

    @Test
    void namesSayWhatTheyAre() {
        Set<String> ids = new HashSet<>();
        for (Metric metric : Metric.values()) {
            assertThat(metric.id()).matches("weir_[a-z_]+");
            assertThat(ids.add(metric.id() + metric.state())).as(metric.id()).isTrue();
            boolean isCounter = metric.kind() == Metric.Kind.COUNTER;
            assertThat(metric.id().matches(".*_(total|sum)")).as(metric.id()).isEqualTo(isCounter);
            boolean isTime = metric.unit() == Metric.Unit.NANOSECOND;
            assertThat(metric.id().contains("_seconds")).as(metric.id()).isEqualTo(isTime);
            boolean isSize = metric.unit() == Metric.Unit.BYTE;
            assertThat(metric.id().contains("_bytes")).as(metric.id()).isEqualTo(isSize);
        }
        for (Timing timing : Timing.values()) {
            assertThat(timing.sum().id()).isEqualTo(timing.id() + "_sum");
        }
    }

    @Test
    void sortsTimesByTheirLengthAndAddsThemUp() {
        var one = new LoopMeters();
        one.record(Timing.QUERY, 0);
        one.record(Timing.QUERY, 100_000);
        one.record(Timing.QUERY, 100_001);
        var other = new LoopMeters();
        other.record(Timing.QUERY, 60_000_000_000L);
        other.record(Timing.WAIT, 7);

        Readings sum = one.read().plus(other.read());

        assertThat(sum.get(Metric.QUERY_TIME)).isEqualTo(60_000_200_001L);
        assertThat(sum.count(Timing.QUERY, 0)).isEqualTo(2);
        assertThat(sum.count(Timing.QUERY, 1)).isEqualTo(1);
        assertThat(sum.count(Timing.QUERY, Timing.BUCKETS - 1)).isEqualTo(1);
        assertThat(sum.count(Timing.WAIT, 0)).isEqualTo(1);
        assertThat(sum.count(Timing.TRANSACTION, 0)).isZero();
    }

    @Test
    void boundsOfBucketsGrow() {
        for (int i = 0; i < Timing.BUCKETS - 1; i++) {
            long bound = Timing.boundNanos(i);
            assertThat(Timing.bucket(bound)).isEqualTo(i);
            assertThat(Timing.bucket(bound + 1)).isEqualTo(i + 1);
        }
        assertThat(Timing.bucket(-1)).as("a clock of another kind").isZero();
    }
}
