package dev.weir.pool;

import static dev.weir.backend.ScriptedOpener.REFUSED;
import static dev.weir.backend.ScriptedOpener.UNREACHABLE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.ServerAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Which hosts may be tried, and when. */
@NullMarked
final class OutagesTest {
    private static final ServerAddress A = new ServerAddress("10.0.0.1", 5432);
    private static final ServerAddress B = new ServerAddress("10.0.0.2", 5432);
    private static final List<ServerAddress> ONE = List.of(A);
    private static final List<ServerAddress> BOTH = List.of(A, B);
    private static final Duration MOST = Duration.ofSeconds(1);

    private long now;
    private long credential;
    private final Outages outages = new Outages(() -> now, () -> credential);

    private void pass(long millis) {
        now += millis * 1_000_000;
    }

    @Test
    void theirPauseDoublesUpToTheLongest() {
        for (int millis : new int[] {100, 200, 400, 800, 1_000, 1_000}) {
            assertThat(outages.failed(A, ONE, UNREACHABLE, MOST))
                    .isEqualTo(Duration.ofMillis(millis));
            assertThat(outages.why(ONE)).isEqualTo(UNREACHABLE);
            pass(millis - 1);
            assertThat(outages.mayTry(A)).isFalse();
            pass(1);
            assertThat(outages.mayTry(A)).isTrue();
            assertThat(outages.why(ONE)).isNull();
        }
    }

    @Test
    void theirPauseStartsAgainOnceTheHostWasReached() {
        outages.failed(A, ONE, UNREACHABLE, MOST);
        pass(100);
        outages.failed(A, ONE, UNREACHABLE, MOST);
        assertThat(outages.reached(A)).isTrue();
        assertThat(outages.reached(A)).isFalse();
        assertThat(outages.failed(A, ONE, UNREACHABLE, MOST)).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void connectionsThatFailTogetherAreOneOutage() {
        outages.failed(A, ONE, UNREACHABLE, MOST);
        assertThat(outages.failed(A, ONE, UNREACHABLE, MOST)).isNull();
    }

    @Test
    void anotherHostMayBeTriedMeanwhile() {
        outages.failed(A, BOTH, UNREACHABLE, MOST);
        assertThat(outages.why(BOTH)).isNull();
        assertThat(outages.mayTryAnother(A, BOTH)).isTrue();
        assertThat(outages.mayTryAnother(B, BOTH)).isFalse();
        outages.failed(B, BOTH, UNREACHABLE, MOST);
        assertThat(outages.why(BOTH)).isEqualTo(UNREACHABLE);
    }

    @Test
    void twoHostsAreNotTriedInTurnForEver() {
        outages.failed(A, BOTH, UNREACHABLE, Duration.ZERO);
        outages.failed(B, BOTH, UNREACHABLE, Duration.ZERO);
        assertThat(outages.why(BOTH)).isEqualTo(UNREACHABLE);
    }

    @Test
    void aRefusedLoginCountsForAllHosts() {
        assertThat(outages.failed(A, BOTH, REFUSED, MOST)).isEqualTo(MOST);
        assertThat(outages.mayTry(B)).isFalse();
        assertThat(outages.why(BOTH)).isEqualTo(REFUSED);
    }

    @Test
    void anotherCredentialEndsARefusal() {
        outages.failed(A, ONE, REFUSED, MOST);
        credential++;
        assertThat(outages.mayTry(A)).isTrue();
        assertThat(outages.why(ONE)).isNull();
    }

    @Test
    void anotherCredentialMakesNoHostReachable() {
        outages.failed(A, ONE, UNREACHABLE, MOST);
        credential++;
        assertThat(outages.why(ONE)).isEqualTo(UNREACHABLE);
    }

    @Test
    void aProbeIsDueOnceTheTimeOfAllHostsIsUp() {
        assertThat(outages.isProbeDue(BOTH)).isFalse();
        outages.failed(A, BOTH, UNREACHABLE, MOST);
        pass(100);
        assertThat(outages.isProbeDue(BOTH)).as("the other one is well").isFalse();
        outages.failed(B, BOTH, UNREACHABLE, MOST);
        assertThat(outages.isProbeDue(BOTH)).isTrue();
        outages.failed(A, BOTH, UNREACHABLE, MOST);
        assertThat(outages.isProbeDue(BOTH)).as("neither may be tried").isFalse();
    }
}
