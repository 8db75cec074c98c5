package dev.weir.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.weir.config.ServerAddress;
import dev.weir.net.Clock;
import dev.weir.support.LogLines;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Which node is the primary, whatever nodes say of themselves. */
@NullMarked
final class ElectionTest {
    private static final long SYSTEM = 7;

    private final MockTicker ticker = Ticker.newMockTicker();
    private final NodeState a = new NodeState(0, new ServerAddress("a", 5432));
    private final NodeState b = new NodeState(1, new ServerAddress("b", 5432));
    private final NodeState c = new NodeState(2, new ServerAddress("c", 5432));
    private final List<NodeState> nodes = List.of(a, b, c);
    private Election election = election(null);

    private Election election(@Nullable KnownPrimary known) {
        var clock = new Clock(ticker, InstantSource.system());
        return new Election("app", clock, LoggerFactory.getLogger(Judgement.class), known);
    }

    private static void says(NodeState node, boolean isInRecovery, long system, int timeline) {
        node.seen(
                new Observation(
                        0,
                        0,
                        isInRecovery,
                        system,
                        100,
                        timeline,
                        isInRecovery ? 0 : 50,
                        16 << 20,
                        false,
                        "",
                        "",
                        null,
                        false,
                        List.of()));
    }

    private static void isPrimary(NodeState node, int timeline) {
        says(node, false, SYSTEM, timeline);
    }

    private static void isStandby(NodeState node) {
        says(node, true, SYSTEM, 0);
    }

    private int elected() {
        election.decide(nodes, ticker.nanoTime());
        return election.primary();
    }

    private void begin() {
        isPrimary(a, 1);
        isStandby(b);
        isStandby(c);
        assertThat(elected()).isZero();
    }

    private void forgetByRestart() {
        election = election(election.known());
    }

    @Test
    void waitsForAllNodesAtTheStart() {
        isPrimary(a, 1);
        assertThat(elected()).isNegative();
        ticker.advance(6, TimeUnit.SECONDS);
        assertThat(elected()).isZero();
    }

    @Test
    void followsAHigherTimeline() {
        begin();
        isPrimary(b, 2);
        assertThat(elected()).isEqualTo(1);
        assertThat(election.timeline()).isEqualTo(2);
        assertThat(election.forkLsn()).isEqualTo(50);
    }

    /** It happened: B was promoted and restarted as a standby, and the old primary took writes. */
    @Test
    void neverGoesBackToALowerTimelineThoughItsPrimaryIsGone() {
        begin();
        isPrimary(b, 2);
        assertThat(elected()).isEqualTo(1);
        isStandby(b);
        assertThat(elected()).isNegative();
        forgetByRestart();
        assertThat(elected()).as("by a new process").isNegative();
        assertThat(election.timeline()).isEqualTo(2);
        isPrimary(b, 2);
        assertThat(elected()).as("it is the primary again, of the same timeline").isEqualTo(1);
    }

    @Test
    void aPrimaryThatDoesNotAnswerStaysIt() {
        begin();
        a.failed("refused");
        assertThat(elected()).isZero();
        isPrimary(b, 1); // a clone of it
        assertThat(elected()).isZero();
        forgetByRestart();
        assertThat(elected()).isNegative();
        isPrimary(a, 1);
        assertThat(elected()).isZero();
    }

    @Test
    void whatANodeWasThatDoesNotAnswerIsNoReason() {
        isPrimary(b, 3);
        b.failed("refused");
        isPrimary(a, 2);
        isStandby(c);
        assertThat(elected()).isZero();
    }

    @Test
    void takesNoneOfTwoThatClaimTheSameTimeline() {
        begin();
        isPrimary(b, 2);
        isPrimary(c, 2);
        try (LogLines lines = LogLines.beginAt(Level.WARN)) {
            assertThat(elected()).isNegative();
            elected();
            assertThat(lines.all())
                    .anyMatch(line -> line.contains("several nodes are primaries of timeline 2"));
            int size = lines.all().size();
            elected();
            assertThat(lines.all()).hasSize(size);
        }
        b.failed("refused");
        assertThat(elected()).as("neither is the old one").isEqualTo(2);
        isPrimary(b, 2);
        assertThat(elected()).as("who has it keeps it").isEqualTo(2);
    }

    @Test
    void nobodyIsThePrimaryOfATimelineThatTwoClaimedOnceBothAreGone() {
        begin();
        isPrimary(b, 2);
        isPrimary(c, 2);
        elected();
        b.failed("refused");
        c.failed("refused");
        assertThat(elected()).isNegative();
        forgetByRestart();
        assertThat(elected()).isNegative();
    }

    @Test
    void aNodeThatIsNotConfiguredAnyMoreLeavesItsTimeline() {
        begin();
        a.isConfigured = false;
        isPrimary(b, 1);
        assertThat(elected()).isEqualTo(1);
    }

    @Test
    void anotherClusterIsRefusedUntilItIsToBeForgotten() {
        begin();
        forgetByRestart();
        says(a, false, 8, 1);
        says(b, true, 8, 1);
        says(c, true, 8, 1);
        try (LogLines lines = LogLines.beginAt(Level.WARN)) {
            assertThat(elected()).isNegative();
            assertThat(lines.all())
                    .singleElement()
                    .asString()
                    .contains("the system identifier is 8 (expected: 7); FORGET CLUSTER");
        }
        election.forget();
        assertThat(elected()).isZero();
        assertThat(election.timeline()).isEqualTo(1);
    }

    @Test
    void anotherClusterIsTakenIfTheEntryNamesOtherNodes() {
        begin();
        forgetByRestart();
        c.isConfigured = false;
        says(a, false, 8, 1);
        says(b, true, 8, 1);
        assertThat(elected()).isZero();
        assertThat(election.systemIdentifier()).isEqualTo(8);
    }

    /** A node that was taken in by mistake does not take over. */
    @Test
    void aStrangerAmongTheNodesIsNotTaken() {
        begin();
        says(c, false, 8, 9);
        a.failed("refused");
        b.failed("refused");
        assertThat(elected()).isZero();
        assertThat(election.systemIdentifier()).isEqualTo(SYSTEM);
    }
}
