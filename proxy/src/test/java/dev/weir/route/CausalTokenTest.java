package dev.weir.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.Node;
import dev.weir.cluster.Topology;
import java.util.List;
import org.junit.jupiter.api.Test;

class CausalTokenTest {
    private final CausalToken token = new CausalToken();

    private long required(Topology topology) {
        return required(topology, 0);
    }

    private long required(Topology topology, long nowNanos) {
        return token.required(topology, token.arrive(), nowNanos);
    }

    private static Topology primary(long lsn, long polled, int timeline) {
        var node = new Node(0, "p", true, false, false, "", lsn, polled, 0, 0, timeline, 1, 0, 0);
        return new Topology(List.of(node), 0, 16 << 20);
    }

    @Test
    void isUnderWayFromTheCommitToItsLsn() {
        Topology topology = primary(500, 0, 1);
        assertThat(required(topology)).isZero();
        int ticket = token.sending();
        assertThat(required(topology)).isEqualTo(CausalToken.UNDER_WAY);
        token.sent(ticket, 700, 1, 0);
        assertThat(required(topology)).isEqualTo(700);
    }

    /** Whose place it takes was forgotten, with what that had committed. */
    @Test
    void oneInTheSteadOfAnotherWaitsForALookThatStartsLater() {
        CausalToken next = CausalToken.inDoubt(1_000);
        Topology before = primary(500, 900, 1);
        assertThat(next.required(before, next.arrive(), 1_100)).isEqualTo(CausalToken.UNDER_WAY);
        Topology after = primary(700, 1_200, 1);
        assertThat(next.required(after, next.arrive(), 1_300)).isEqualTo(700);
    }

    @Test
    void waitsForAllThatAreUnderWay() {
        int first = token.sending();
        token.sent(token.sending(), 700, 1, 0);
        assertThat(required(primary(500, 0, 1))).isEqualTo(CausalToken.UNDER_WAY);
        token.sentNothing(first);
        assertThat(required(primary(500, 0, 1))).isEqualTo(700);
    }

    @Test
    void doesNotWaitForWhatBeginsLater() {
        Topology topology = primary(500, 0, 1);
        int first = token.sending();
        int arrival = token.arrive();
        assertThat(token.required(topology, arrival, 0)).isEqualTo(CausalToken.UNDER_WAY);
        int second = token.sending();
        token.sent(first, 700, 1, 0);
        assertThat(token.required(topology, arrival, 0)).isEqualTo(CausalToken.UNDER_WAY);
        token.sending();
        token.sent(second, 800, 1, 0);
        assertThat(token.required(topology, arrival, 0)).isEqualTo(800);
        assertThat(required(topology)).isEqualTo(CausalToken.UNDER_WAY);
    }

    @Test
    void neverGoesBack() {
        token.sent(token.sending(), 900, 1, 0);
        token.sent(token.sending(), 800, 1, 0);
        assertThat(required(primary(500, 0, 1))).isEqualTo(900);
    }

    /** A poll that had begun before the loss may have missed the commit. */
    @Test
    void coversALostLsnWithALaterPoll() {
        token.lost(token.sending(), 100);
        assertThat(required(primary(500, 99, 1))).isEqualTo(CausalToken.UNDER_WAY);
        assertThat(required(primary(600, 101, 1))).isEqualTo(600);
    }

    @Test
    void doesNotWaitForWhatAPromotionCutOff() {
        token.sent(token.sending(), 900, 1, 0);
        assertThat(required(primary(900, 1, 1))).isEqualTo(900);
        assertThat(required(primary(850, 2, 2), 3)).isEqualTo(CausalToken.UNDER_WAY);
        assertThat(required(primary(850, 4, 2), 4)).isEqualTo(850);
        token.sent(token.sending(), 860, 2, 5);
        assertThat(required(primary(850, 4, 2), 6)).isEqualTo(860);
    }

    /** The primary was one before, and its new timeline was not known when it answered. */
    @Test
    void knowsACommitOnTheNewTimelineThatWasFiledUnderTheOldOne() {
        token.sent(token.sending(), 840, 1, 1);
        assertThat(required(primary(850, 1, 1))).isEqualTo(840);
        token.sent(token.sending(), 900, 1, 4);
        assertThat(required(primary(850, 3, 3), 5)).isEqualTo(CausalToken.UNDER_WAY);
        assertThat(required(primary(910, 6, 3), 7)).isEqualTo(910);
    }

    /** The same, where another session has committed on the new timeline meanwhile. */
    @Test
    void knowsSuchACommitBehindOneThatWasFiledAsItShould() {
        token.sent(token.sending(), 900, 1, 4);
        token.sent(token.sending(), 880, 3, 5);
        assertThat(required(primary(850, 3, 3), 6)).isEqualTo(CausalToken.UNDER_WAY);
        assertThat(required(primary(910, 7, 3), 8)).isEqualTo(910);
    }

    @Test
    void doubtsNothingIfTheNewPrimaryHasAll() {
        token.sent(token.sending(), 900, 1, 0);
        assertThat(required(primary(910, 2, 2), 3)).isEqualTo(900);
    }

    /** The primary was not known when the transaction was sent to it. */
    @Test
    void asksThePrimaryAboutACommitOnAnUnknownTimeline() {
        assertThat(required(primary(850, 1, 4))).isZero();
        token.sent(token.sending(), 900, 0, 10);
        assertThat(required(primary(910, 9, 4), 11)).isEqualTo(CausalToken.UNDER_WAY);
        assertThat(required(primary(920, 12, 4), 13)).isEqualTo(920);
    }

    @Test
    void believesInAnyPositionAsLongAsNoTimelineIsKnown() {
        token.sent(token.sending(), 900, 0, 10);
        assertThat(required(primary(850, 9, 5), 11)).isEqualTo(900);
    }

    @Test
    void waitsForTheFirstCommitOnTheNewTimeline() {
        token.sent(token.sending(), 900, 1, 0);
        token.sent(token.sending(), 870, 2, 1);
        assertThat(required(primary(850, 1, 2))).isEqualTo(CausalToken.UNDER_WAY);
        assertThat(required(primary(850, 2, 2))).isEqualTo(870);
    }

    /** It may have survived the promotion, or not: the new primary knows. */
    @Test
    void asksTheNewPrimaryAboutACommitOnTheOldOne() {
        assertThat(required(primary(850, 2, 2))).isZero();
        token.sent(token.sending(), 840, 1, 10);
        assertThat(required(primary(850, 9, 2))).isEqualTo(CausalToken.UNDER_WAY);
        assertThat(required(primary(860, 11, 2))).isEqualTo(860);
    }

    /** Else a late look at the old primary would lower what was committed on the new one. */
    @Test
    void isNotTakenBackByAnOlderLook() {
        token.sent(token.sending(), 870, 2, 0);
        assertThat(required(primary(900, 1, 1))).isEqualTo(870);
    }
}
