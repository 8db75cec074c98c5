package dev.weir.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pool.Gate.Cause;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Causes that come and go. */
@NullMarked
final class GateTest {
    private final List<@Nullable String> moved = new ArrayList<>();
    private final Gates gates = new Gates(moved::add);

    @Test
    void isOpenWithoutACause() {
        assertThat(Gate.OPEN.isOpen()).isTrue();
        assertThat(Gate.OPEN.leases()).isTrue();
        assertThat(Gate.OPEN.keepsConnections()).isTrue();
        assertThat(Gate.OPEN.holds()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void opensWhenItsOnlyCauseIsGone(Cause cause) {
        Gate closed = Gate.OPEN.closed(cause, Gate.NO_DEADLINE);
        assertThat(closed.isOpen()).isFalse();
        assertThat(closed.has(cause)).isTrue();
        assertThat(closed.opened(cause)).isSameAs(Gate.OPEN);
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"DISABLE", "LEAVE", "DRAIN_BLOCKS"})
    void leasesNothingWhile(Cause cause) {
        assertThat(Gate.OPEN.closed(cause, Gate.NO_DEADLINE).leases()).isFalse();
    }

    @Test
    void leasesToThoseWhoAreToLeave() {
        Gate leaving = Gate.OPEN.closed(Cause.LEAVE, Gate.NO_DEADLINE);
        assertThat(leaving.leases()).isTrue();
        assertThat(leaving.letsGo()).isTrue();
        assertThat(Gate.OPEN.letsGo()).isFalse();
    }

    @Test
    void leasesWhileNewClientsAreTurnedAway() {
        Gate disabled = Gate.OPEN.closed(Cause.DISABLE, Gate.NO_DEADLINE);
        assertThat(disabled.leases()).isTrue();
        assertThat(disabled.keepsConnections()).isTrue();
    }

    @Test
    void keepsConnectionsWhileItHolds() {
        Gate held = Gate.OPEN.closed(Cause.HOLD, Gate.NO_DEADLINE);
        assertThat(held.holds()).isTrue();
        assertThat(held.keepsConnections()).isTrue();
        assertThat(held.closed(Cause.PAUSE, Gate.NO_DEADLINE).keepsConnections()).isFalse();
    }

    @Test
    void staysClosedAsLongAsOneOfSeveralCausesHolds() {
        Gate gate =
                Gate.OPEN
                        .closed(Cause.PAUSE, Gate.NO_DEADLINE)
                        .closed(Cause.HOLD, 100)
                        .closed(Cause.DRAIN, 200);
        assertThat(gate.at(100).has(Cause.HOLD)).isFalse();
        assertThat(gate.at(100).has(Cause.DRAIN)).isTrue();
        assertThat(gate.at(200).opened(Cause.PAUSE)).isSameAs(Gate.OPEN);
        assertThat(gate.opened(Cause.PAUSE).leases()).isFalse();
    }

    @Test
    void aCauseEndsAtItsDeadlineNotBefore() {
        Gate gate = Gate.OPEN.closed(Cause.HOLD, 100);
        assertThat(gate.at(99)).isSameAs(gate);
        assertThat(gate.at(100)).isSameAs(Gate.OPEN);
    }

    @Test
    void aNewDeadlineReplacesTheOldOne() {
        Gate gate = Gate.OPEN.closed(Cause.HOLD, 100).closed(Cause.HOLD, 50);
        assertThat(gate.at(50).isOpen()).isTrue();
    }

    @Test
    void deadlinesSurviveTheOverflowOfTheClock() {
        long now = Long.MAX_VALUE - 10;
        Gate gate = Gate.OPEN.closed(Cause.HOLD, now + 20);
        assertThat(gate.at(now).has(Cause.HOLD)).isTrue();
        assertThat(gate.at(now + 20).isOpen()).isTrue();
    }

    @Test
    void theUnionEndsWithTheLaterDeadline() {
        Gate early = Gate.OPEN.closed(Cause.HOLD, 100);
        Gate late = Gate.OPEN.closed(Cause.HOLD, 200);
        assertThat(early.and(late).at(150).has(Cause.HOLD)).isTrue();
        assertThat(late.and(early).at(150).has(Cause.HOLD)).isTrue();
        Gate forever = Gate.OPEN.closed(Cause.HOLD, Gate.NO_DEADLINE);
        assertThat(early.and(forever).at(1_000).has(Cause.HOLD)).isTrue();
        assertThat(Gate.OPEN.and(early)).isSameAs(early);
    }

    // --- those of databases and nodes ---------------------------------------------------------

    @Test
    void oneDatabaseIsNotAnother() {
        gates.close("a", Cause.PAUSE);
        assertThat(gates.of("a").leases()).isFalse();
        assertThat(gates.of("b").isOpen()).isTrue();
        assertThat(gates.isAnyPausedAlone()).isTrue();
        assertThat(gates.isAllPaused()).isFalse();
    }

    @Test
    void allIncludesDatabasesToCome() {
        gates.close(null, Cause.PAUSE);
        assertThat(gates.of("new").leases()).isFalse();
        assertThat(gates.own("new").isOpen()).isTrue();
        assertThat(gates.isAllPaused()).isTrue();
        assertThat(gates.isAnyPausedAlone()).isFalse();
    }

    @Test
    void openingAllLeavesThoseThatWereClosedAlone() {
        gates.close("a", Cause.PAUSE);
        gates.close(null, Cause.PAUSE);
        gates.open(null, Cause.PAUSE);
        assertThat(gates.of("a").leases()).isFalse();
        assertThat(gates.of("b").leases()).isTrue();
    }

    @Test
    void aNodeIsBehindItsDatabasesGateToo() {
        gates.close("a", 1, Cause.HOLD, Gate.NO_DEADLINE);
        assertThat(gates.of("a").isOpen()).isTrue();
        assertThat(gates.of("a", 0).isOpen()).isTrue();
        assertThat(gates.of("a", 1).holds()).isTrue();
        gates.close("a", Cause.PAUSE);
        assertThat(gates.of("a", 1).has(Cause.PAUSE)).isTrue();
        assertThat(gates.of("a", 0).has(Cause.PAUSE)).isTrue();
    }

    @Test
    void tellsOfEachMove() {
        gates.close("a", Cause.PAUSE);
        gates.open("a", Cause.PAUSE);
        gates.close(null, Cause.SHUTDOWN);
        assertThat(moved).containsExactly("a", "a", null);
    }

    @Test
    void tellsWhenADeadlineHasCome() {
        gates.close("a", PoolKey.NO_NODE, Cause.HOLD, 100);
        gates.close("b", PoolKey.NO_NODE, Cause.HOLD, 200);
        moved.clear();
        gates.expire(99);
        assertThat(moved).isEmpty();
        gates.expire(100);
        assertThat(moved).containsExactly("a");
        assertThat(gates.of("a").isOpen()).isTrue();
        assertThat(gates.of("b").holds()).isTrue();
    }
}
