package dev.weir.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.Node;
import dev.weir.cluster.Topology;
import java.util.List;
import org.junit.jupiter.api.Test;

class CausalTokenTest {
    private final CausalToken token = new CausalToken();

    private static Topology primary(long lsn, long polled, int timeline) {
        var node = new Node(0, "p", true, false, "", lsn, polled, 0, 0, timeline, 1, 0, 0);
        return new Topology(List.of(node), 0, 16 << 20);
    }

    @Test
    void isUnderWayFromTheCommitToItsLsn() {
        Topology topology = primary(500, 0, 1);
        assertThat(token.required(topology)).isZero();
        token.sending();
        assertThat(token.required(topology)).isEqualTo(CausalToken.UNDER_WAY);
        token.sent(700, 1, 0);
        assertThat(token.required(topology)).isEqualTo(700);
    }

    @Test
    void waitsForAllThatAreUnderWay() {
        token.sending();
        token.sending();
        token.sent(700, 1, 0);
        assertThat(token.required(primary(500, 0, 1))).isEqualTo(CausalToken.UNDER_WAY);
        token.sentNothing();
        assertThat(token.required(primary(500, 0, 1))).isEqualTo(700);
    }

    @Test
    void neverGoesBack() {
        token.sending();
        token.sent(900, 1, 0);
        token.sending();
        token.sent(800, 1, 0);
        assertThat(token.required(primary(500, 0, 1))).isEqualTo(900);
    }

    /** A poll that had begun before the loss may have missed the commit. */
    @Test
    void coversALostLsnWithALaterPoll() {
        token.sending();
        token.lost(100);
        assertThat(token.required(primary(500, 99, 1))).isEqualTo(CausalToken.UNDER_WAY);
        assertThat(token.required(primary(600, 101, 1))).isEqualTo(600);
    }

    @Test
    void doesNotWaitForWhatAPromotionCutOff() {
        token.sending();
        token.sent(900, 1, 0);
        assertThat(token.required(primary(900, 1, 1))).isEqualTo(900);
        assertThat(token.required(primary(850, 2, 2))).isEqualTo(850);
    }

    @Test
    void waitsForTheFirstCommitOnTheNewTimeline() {
        token.sending();
        token.sent(900, 1, 0);
        token.sending();
        token.sent(870, 2, 0);
        assertThat(token.required(primary(850, 2, 2))).isEqualTo(870);
    }

    /** It may have survived the promotion, or not: the new primary knows. */
    @Test
    void asksTheNewPrimaryAboutACommitOnTheOldOne() {
        assertThat(token.required(primary(850, 2, 2))).isZero();
        token.sending();
        token.sent(840, 1, 10);
        assertThat(token.required(primary(850, 9, 2))).isEqualTo(CausalToken.UNDER_WAY);
        assertThat(token.required(primary(860, 11, 2))).isEqualTo(860);
    }

    /** Else a late look at the old primary would lower what was committed on the new one. */
    @Test
    void isNotTakenBackByAnOlderLook() {
        token.sending();
        token.sent(870, 2, 0);
        assertThat(token.required(primary(900, 1, 1))).isEqualTo(870);
    }
}
