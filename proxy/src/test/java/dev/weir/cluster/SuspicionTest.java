package dev.weir.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What speaks for it that a primary goes away, and for how long. */
@NullMarked
final class SuspicionTest {
    private final Suspicion suspicion = new Suspicion();
    private long now = TimeUnit.HOURS.toNanos(1);

    private void pass(long millis) {
        now += TimeUnit.MILLISECONDS.toNanos(millis);
    }

    @Test
    void oneConnectionThatEndsIsSomebodysOwnAffair() {
        assertThat(suspicion.endsTogether(0, now)).isFalse();
        pass(101);
        assertThat(suspicion.endsTogether(0, now)).isFalse();
        pass(50);
        assertThat(suspicion.endsTogether(1, now)).as("another node's").isFalse();
        pass(50);
        assertThat(suspicion.endsTogether(1, now)).isTrue();
    }

    @Test
    void endsOnceThePrimaryAnswersAQuestionThatWasAskedLater() {
        long before = now;
        pass(1);
        assertThat(suspicion.begins(0, now)).isTrue();
        assertThat(suspicion.begins(0, now)).as("it has begun").isFalse();
        assertThat(suspicion.ends(0, before, now)).isFalse();
        pass(5);
        assertThat(suspicion.ends(0, now, now)).isTrue();
        assertThat(suspicion.ends(0, now, now)).as("it has ended").isFalse();
    }

    @Test
    void endsWithAnotherPrimaryAndAfterAWhile() {
        suspicion.begins(0, now);
        assertThat(suspicion.ends(1, 0, now)).isTrue();
        pass(1_001);
        suspicion.begins(1, now);
        pass(1_001);
        assertThat(suspicion.ends(1, now - Suspicion.LASTS_NANOS - 5_000_000, now)).isTrue();
    }

    /** Else a client that writes where it must not would keep all others waiting. */
    @Test
    void comesAtMostOnceASecond() {
        suspicion.begins(0, now);
        pass(5);
        suspicion.ends(0, now, now);
        assertThat(suspicion.begins(0, now)).isFalse();
        pass(1_000);
        assertThat(suspicion.begins(0, now)).isTrue();
    }

    @Test
    void nodesAreAskedMoreOftenForSomeTimeOnly() {
        assertThat(suspicion.searches(now)).isFalse();
        suspicion.notice(true, now);
        assertThat(suspicion.awayNanos()).isEqualTo(now);
        assertThat(suspicion.searches(now)).isTrue();
        pass(TimeUnit.MINUTES.toMillis(3));
        suspicion.notice(true, now);
        assertThat(suspicion.searches(now)).isFalse();
        suspicion.notice(false, now);
        assertThat(suspicion.awayNanos()).isZero();
    }
}
