package dev.weir.pool;

import static dev.weir.backend.ScriptedOpener.REFUSED;
import static dev.weir.backend.ScriptedOpener.UNREACHABLE;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.backend.ServerFailure;
import dev.weir.config.ServerAddress;
import dev.weir.pool.Outages.Outage;
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

    private static final ServerFailure STARTING =
            new ServerFailure("FATAL", "57P03", "the database system is starting up");
    private static final ServerFailure FULL =
            new ServerFailure("FATAL", "53300", "sorry, too many clients already");

    private long now;
    private long credential;
    private final Outages outages = new Outages(() -> now, () -> credential);

    private void pass(long millis) {
        now += millis * 1_000_000;
    }

    private Duration pause(ServerAddress host, List<ServerAddress> hosts, ServerFailure failure) {
        return requireNonNull(outages.failed(host, hosts, failure, MOST)).pause();
    }

    @Test
    void theirPauseDoublesUpToTheLongest() {
        for (int millis : new int[] {100, 200, 400, 800, 1_000, 1_000}) {
            assertThat(pause(A, ONE, UNREACHABLE)).isEqualTo(Duration.ofMillis(millis));
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
        assertThat(outages.reached(A)).isNotNull();
        assertThat(outages.reached(A)).isNull();
        assertThat(pause(A, ONE, UNREACHABLE)).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void connectionsThatFailTogetherAreOneOutage() {
        outages.failed(A, ONE, UNREACHABLE, MOST);
        assertThat(outages.failed(A, ONE, UNREACHABLE, MOST)).isNull();
    }

    @Test
    void anOutageIsNewOnceAndLastsSinceThen() {
        assertThat(requireNonNull(outages.failed(A, ONE, UNREACHABLE, MOST)).isNew()).isTrue();
        pass(100);
        assertThat(requireNonNull(outages.failed(A, ONE, STARTING, MOST)).isNew()).isFalse();
        pass(200);
        Outage ended = requireNonNull(outages.reached(A));
        assertThat(ended.failure()).isEqualTo(STARTING);
        assertThat(ended.tries()).isEqualTo(2);
        assertThat(now - ended.sinceNanos()).isEqualTo(300_000_000);
    }

    @Test
    void aRefusalAfterAnOutageIsSomethingElse() {
        outages.failed(A, ONE, UNREACHABLE, MOST);
        pass(100);
        assertThat(requireNonNull(outages.failed(A, ONE, REFUSED, MOST)).isNew()).isTrue();
        assertThat(outages.absence(ONE)).isNull();
        pass(1_000);
        assertThat(pause(A, ONE, UNREACHABLE)).isEqualTo(Duration.ofMillis(100));
        assertThat(outages.absence(ONE)).isNotNull();
    }

    /** Else a server that is waited for would be tried in a loop. */
    @Test
    void aServerThatIsAwayIsNotTriedWithoutAPause() {
        outages.failed(A, ONE, UNREACHABLE, Duration.ZERO);
        assertThat(outages.mayTry(A)).isFalse();
        outages.reached(A);
        outages.failed(A, ONE, FULL, Duration.ZERO);
        assertThat(outages.mayTry(A)).as("nobody waits for it").isTrue();
    }

    /** One that is away may be back, whatever the other one says. */
    @Test
    void theHostThatIsAwayIsWhy() {
        outages.failed(A, BOTH, UNREACHABLE, MOST);
        pass(50);
        outages.failed(B, BOTH, FULL, MOST);
        assertThat(outages.why(BOTH)).isEqualTo(UNREACHABLE);
        assertThat(outages.absence(BOTH)).isNotNull();
    }

    @Test
    void anAbsenceLastsWhileTheServerIsTried() {
        outages.failed(A, ONE, UNREACHABLE, MOST);
        pass(100);
        assertThat(outages.why(ONE)).isNull();
        assertThat(requireNonNull(outages.absence(ONE)).sinceNanos()).isZero();
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
        assertThat(pause(A, BOTH, REFUSED)).isEqualTo(MOST);
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
