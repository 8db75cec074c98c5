package dev.weir.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.weir.config.ClusterNode;
import dev.weir.config.ClusterSettings;
import dev.weir.config.Routing;
import dev.weir.config.ServerAddress;
import dev.weir.net.Clock;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Which replicas may be read, by what the nodes have answered. */
@NullMarked
final class JudgementTest {
    private static final int INTERVAL_MILLIS = 200;

    private final MockTicker ticker = Ticker.newMockTicker();
    private final NodeState primary = new NodeState(0, new ServerAddress("p", 5432));
    private final NodeState replica = new NodeState(1, new ServerAddress("r", 5432));
    private final List<NodeState> nodes = List.of(primary, replica);
    private ClusterSettings settings = settings(Duration.ZERO);
    private final Judgement judgement;
    private Topology topology = Topology.UNSEEN;

    JudgementTest() {
        ticker.advance(1, TimeUnit.HOURS);
        judgement = new Judgement("app", new Clock(ticker, InstantSource.system()), null);
        round(100, 100);
        round(100, 100);
        assertThat(replica.isEligible).isTrue();
    }

    private ClusterSettings settings(Duration staleReads) {
        return new ClusterSettings(
                List.of(new ClusterNode(primary.address(), 1)),
                "monitor",
                "app",
                Duration.ofMillis(1_500),
                0,
                Duration.ofSeconds(30),
                staleReads,
                Duration.ofMillis(INTERVAL_MILLIS),
                Routing.NONE,
                List.of());
    }

    private void answers(NodeState node, long lsn, Standby... standbys) {
        answers(node, lsn, 1, 0, standbys);
    }

    private void answers(
            NodeState node, long lsn, int timeline, long forkLsn, Standby... standbys) {
        long now = ticker.nanoTime();
        var answer =
                new Observation(
                        now,
                        now,
                        node == replica,
                        7,
                        lsn,
                        timeline,
                        forkLsn,
                        16 << 20,
                        false,
                        "",
                        "",
                        null,
                        false,
                        List.of(standbys));
        node.seen(answer);
        judgement.seen(nodes, node, true, TimeUnit.MILLISECONDS.toNanos(INTERVAL_MILLIS));
    }

    /** A poll of both nodes, and the time until the next. */
    private void round(long primaryLsn, long replicaLsn) {
        answers(primary, primaryLsn);
        answers(replica, replicaLsn);
        judges();
        ticker.advance(INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void judges() {
        topology = judgement.topology(nodes, replica, settings, topology);
    }

    @Test
    void aReplicaThatStandsStillIsAsLateAsThePrimarysLogSays() {
        for (int i = 1; i <= 7; i++) {
            round(100 + i, 100);
        }
        assertThat(replica.isEligible).isTrue();
        round(200, 100);
        round(201, 100);
        assertThat(replica.isEligible).isFalse();
        assertThat(topology.node(1).whyNot())
                .matches("behind by \\d+ ms \\(max_replica_lag = \\d+ ms\\)");
    }

    /** That tells which commits the next primary lacks. */
    @Test
    void whatAPrimaryHadIsRememberedThoughItIsAStandbyByNow() {
        Observation had = primary.last();
        long now = ticker.nanoTime();
        primary.seen(
                new Observation(
                        now, now, true, 7, 200, 2, 0, 16 << 20, false, "", "", null, false,
                        List.of()));
        assertThat(primary.lastAsPrimary()).isSameAs(had);
    }

    private Observation promoted(long seconds, boolean isReadOnly) {
        long now = ticker.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        return new Observation(
                now,
                now,
                false,
                7,
                200,
                2,
                100,
                16 << 20,
                false,
                "",
                "",
                null,
                isReadOnly,
                List.of());
    }

    /** pg_auto_failover lets nobody write until the old primary is down for certain. */
    @Test
    void whoIsPromotedIsAwaitedUntilItTakesWrites() {
        assertThat(replica.isClosedYet(promoted(1, true))).isTrue();
        assertThat(replica.isClosedYet(promoted(59, true))).isTrue();
        assertThat(replica.isClosedYet(promoted(60, false))).isFalse();
        assertThat(replica.isClosedYet(promoted(70, true))).isTrue();
        assertThat(replica.isClosedYet(promoted(131, true))).as("it is meant so").isFalse();
        assertThat(primary.isClosedYet(promoted(1, true))).as("it was no standby").isFalse();
    }

    private void primaryIsAway(int rounds, long replicaLsn) {
        for (int i = 0; i < rounds; i++) {
            primary.failed("Connection refused");
            answers(replica, replicaLsn);
            judges();
            ticker.advance(INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Up to where the timelines part, both logs are the same. */
    @Test
    void aReplicaOfTheTimelineBeforeIsReadUnlessItHasWhatWasCutOff() {
        answers(primary, 102, 2, 101);
        answers(replica, 101, 1, 0);
        judges();
        assertThat(replica.isEligible).isTrue();
        answers(replica, 102, 1, 0);
        judges();
        assertThat(replica.isEligible).isFalse();
        assertThat(topology.node(1).whyNot()).isEqualTo("follows timeline 1 (the primary's is 2)");
    }

    /** Nobody can say how late it is, but it has all that the primary is known to have written. */
    @Test
    void aReplicaThatHasAllIsReadWhileThePrimaryIsAway() {
        primaryIsAway(100, 100);
        assertThat(replica.isEligible).isTrue();
        primaryIsAway(60, 100);
        assertThat(replica.isEligible).as("after the grace").isFalse();
        assertThat(topology.node(1).whyNot())
                .startsWith("the primary has not answered for ")
                .contains("primary_lost_grace = 30000 ms");
    }

    @Test
    void aReplicaThatLacksSomethingIsNotReadWhileThePrimaryIsAway() {
        answers(primary, 101);
        primaryIsAway(20, 100);
        assertThat(replica.isEligible).isFalse();
    }

    @Test
    void aReplicaThatLacksSomethingIsReadForSomeTimeIfThatIsAskedFor() {
        settings = settings(Duration.ofSeconds(10));
        answers(primary, 101);
        primaryIsAway(40, 100);
        assertThat(replica.isEligible).isTrue();
        primaryIsAway(20, 100);
        assertThat(replica.isEligible).as("when the time is over").isFalse();
    }

    @Test
    void aReplicaThatIsAwayTooIsNotRead() {
        primary.failed("Connection timed out");
        for (int i = 0; i < 20; i++) {
            judges();
            ticker.advance(INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
        }
        assertThat(replica.isEligible).isFalse();
    }

    /** It may be cut off: then its old answer says nothing of how late it is now. */
    @Test
    void aReplicaThatDoesNotAnswerGetsLaterAndLater() {
        for (int i = 0; i < 20; i++) {
            answers(primary, 100);
            judgement.topology(nodes, primary, settings, topology);
            ticker.advance(INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
        }
        assertThat(replica.isEligible).isFalse();
    }

    /** The row may be that of another standby with the same name. */
    @Test
    void aRowAtThePrimaryDoesNotProveWhatAReplicaHas() {
        var row = new Standby(1, "r", null, null, "streaming", "async", 500, 500, 500, 500, -1);
        answers(primary, 500, row);
        answers(replica, 300);
        replica.standby = row;
        judges();
        assertThat(topology.node(1).lsn()).isEqualTo(300);
    }

    /**
     * Those who read the log are alerted by these lines, and should not be by a restart of Weir.
     */
    @Test
    void saysNothingOfNodesThatNobodyWatchesAnyMore() {
        Logger logger = (Logger) LoggerFactory.getLogger(Judgement.class);
        var lines = new ListAppender<ILoggingEvent>();
        lines.start();
        Level before = logger.getLevel();
        logger.setLevel(Level.INFO);
        logger.addAppender(lines);
        try {
            judgement.isOver(true);
            nodes.forEach(node -> node.isConfigured = false);
            judges();
            assertThat(replica.isEligible).isFalse();
            assertThat(topology.primary()).isEqualTo(-1);
            assertThat(lines.list).isEmpty();
        } finally {
            logger.detachAppender(lines);
            logger.setLevel(before);
        }
    }

    @Test
    void blamesNobodyForItsOwnPause() {
        ticker.advance(5, TimeUnit.SECONDS);
        judges();
        assertThat(replica.isEligible).isTrue();
        for (int i = 0; i < 7; i++) {
            ticker.advance(INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
            judges();
        }
        assertThat(replica.isEligible).isFalse();
    }
}
