package dev.weir.route;

import static dev.weir.route.RouteWorld.PRIMARY;
import static dev.weir.route.RouteWorld.REPLICA;
import static dev.weir.route.RouteWorld.demand;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.NoReplica;
import dev.weir.config.PoolMode;
import dev.weir.config.Route;
import dev.weir.error.ProxyError;
import java.util.List;
import org.junit.jupiter.api.Test;

class RouterTest {
    private static final byte[] BEGIN = "BEGIN".getBytes(UTF_8);

    private final RouteWorld world = new RouteWorld();

    private Router router() {
        return world.router();
    }

    private static Decision.Go go(int node, Reason reason) {
        return new Decision.Go(node, reason);
    }

    // --- waiting and its end --------------------------------------------------------------------

    @Test
    void goesToThePrimaryAtOnceIfItMayNotWait() {
        world.written(2_000);
        assertThat(world.query("BEGIN READ ONLY")).isEqualTo(go(PRIMARY, Reason.OWN_WRITE));
    }

    @Test
    void waitsUntilAReplicaHasWhatItMustSee() {
        world.waits();
        world.written(2_000);
        var wait = new Decision.Wait(world.now + RouteWorld.CAUSAL_WAIT_NANOS);
        assertThat(world.query("BEGIN READ ONLY")).isEqualTo(wait);
        assertThat(router().isWaiting()).isTrue();
        world.after(1_000).replica(1_999, true);
        assertThat(router().look(world.now)).isEqualTo(wait);
        world.replica(2_000, true);
        assertThat(router().look(world.now)).isEqualTo(go(REPLICA, Reason.WAITED));
        assertThat(router().isDecided()).isTrue();
    }

    /** Nobody knew the primary when the transaction was to go there, or it was another. */
    @Test
    void runsWhereItsConnectionGoes() {
        world.unseen();
        assertThat(world.query("INSERT INTO t VALUES (1)")).isEqualTo(go(-1, Reason.MAY_WRITE));
        world.primary(2_000);
        router().start(demand("INSERT INTO t VALUES (1)"), PRIMARY);
        assertThat(router().place()).isEqualTo(go(PRIMARY, Reason.MAY_WRITE));
        assertThat(world.loads.inFlight(PRIMARY)).isEqualTo(1);
        router().release(world.now);
        assertThat(world.loads.inFlight(PRIMARY)).isZero();
    }

    @Test
    void waitsNoLongerThanItsTime() {
        world.waits();
        world.written(2_000);
        world.query("BEGIN READ ONLY");
        world.after(RouteWorld.CAUSAL_WAIT_NANOS - 1);
        assertThat(router().look(world.now)).isInstanceOf(Decision.Wait.class);
        world.after(1);
        assertThat(router().look(world.now)).isEqualTo(go(PRIMARY, Reason.OWN_WRITE));
    }

    @Test
    void waitsForACommitThatIsUnderWay() {
        world.waits();
        int ticket = world.token.sending();
        assertThat(world.query("BEGIN READ ONLY")).isInstanceOf(Decision.Wait.class);
        world.token.sent(ticket, 900, 1, world.now);
        assertThat(router().look(world.now)).isEqualTo(go(REPLICA, Reason.WAITED));
    }

    @Test
    void doesNotWaitForCommitsThatBeganLater() {
        world.waits();
        int first = world.token.sending();
        assertThat(world.query("BEGIN READ ONLY")).isInstanceOf(Decision.Wait.class);
        int second = world.token.sending();
        world.token.sent(first, 900, 1, world.now);
        assertThat(router().look(world.now)).isInstanceOf(Decision.Wait.class);
        world.token.sending();
        world.token.sent(second, 950, 1, world.now);
        assertThat(router().look(world.now)).isEqualTo(go(REPLICA, Reason.WAITED));
    }

    @Test
    void goesToThePrimaryIfACommitIsStillUnderWayWhenItsTimeIsOver() {
        world.waits();
        world.token.sending();
        world.query("BEGIN READ ONLY");
        world.after(RouteWorld.CAUSAL_WAIT_NANOS);
        assertThat(router().look(world.now)).isEqualTo(go(PRIMARY, Reason.WRITE_IN_FLIGHT));
    }

    @Test
    void waitsForACommitHoweverManyReadsHaveWaitedBefore() {
        for (int i = 0; i < 10; i++) {
            int ticket = world.token.sending();
            assertThat(world.query("BEGIN READ ONLY"))
                    .isEqualTo(go(PRIMARY, Reason.WRITE_IN_FLIGHT));
            router().giveUp();
            world.token.sent(ticket, 900, 1, world.now);
        }
    }

    @Test
    void isDecidedAnewIfTheConnectionIsGoneBeforeItsUse() {
        world.waits();
        assertThat(world.query("BEGIN READ ONLY")).isInstanceOf(Decision.Go.class);
        router().decidesAgain();
        world.written(2_000);
        assertThat(world.query("BEGIN READ ONLY")).isInstanceOf(Decision.Wait.class);
    }

    @Test
    void theNextTransactionMayWaitAgain() {
        world.waits();
        world.written(2_000);
        world.query("BEGIN READ ONLY");
        router().giveUp();
        world.after(10 * RouteWorld.CAUSAL_WAIT_NANOS);
        assertThat(world.query("BEGIN READ ONLY"))
                .isEqualTo(new Decision.Wait(world.now + RouteWorld.CAUSAL_WAIT_NANOS));
    }

    @Test
    void aWaitEndsIfTheLastReplicaGoes() {
        world.waits().noReplica(NoReplica.ERROR);
        world.written(2_000);
        world.query("BEGIN READ ONLY");
        world.replica(1_000, false);
        assertThat(router().look(world.now)).isEqualTo(Decision.Refuse.NO_REPLICA);
        router().giveUp();
        assertThat(world.query("BEGIN READ ONLY")).isEqualTo(Decision.Refuse.NO_REPLICA);
    }

    @Test
    void theSameDecisionIsTheSameObject() {
        Decision first = world.ran("BEGIN READ ONLY");
        assertThat(world.ran("BEGIN READ ONLY")).isSameAs(first);
    }

    // --- no replica, and one that cannot be had -------------------------------------------------

    @Test
    void refusesIfItMustNotGoToThePrimary() {
        world.noReplica(NoReplica.ERROR).replica(1_000, false);
        Decision decision = world.query("BEGIN READ ONLY");
        assertThat(decision).isEqualTo(Decision.Refuse.NO_REPLICA);
        assertThat(Decision.Refuse.NO_REPLICA.error()).isEqualTo(ProxyError.NO_REPLICA);
    }

    @Test
    void goesToThePrimaryIfTheLeastLaggedIsNone() {
        world.noReplica(NoReplica.LEAST_LAG).replica(0, false);
        assertThat(world.query("BEGIN READ ONLY")).isEqualTo(go(PRIMARY, Reason.NO_REPLICA));
    }

    @Test
    void fallsBackOnThePrimaryOnce() {
        world.query("BEGIN READ ONLY");
        assertThat(router().fallsBack()).isTrue();
        assertThat(world.query("BEGIN READ ONLY")).isEqualTo(go(PRIMARY, Reason.REFUSED));
        assertThat(router().fallsBack()).isFalse();
        world.start("BEGIN READ ONLY");
        world.release();
        assertThat(world.query("BEGIN READ ONLY")).isEqualTo(go(REPLICA, reason()));
    }

    private static Reason reason() {
        return Reason.READ_ONLY_TRANSACTION;
    }

    @Test
    void doesNotFallBackFromThePrimary() {
        world.query("INSERT INTO t VALUES (1)");
        assertThat(router().fallsBack()).isFalse();
    }

    @Test
    void runsOnThePrimaryWhatAReplicaHasRefused() {
        world.runs("BEGIN READ ONLY");
        assertThat(router().retries("25006", true)).isEqualTo(ReplicaError.TEXT);
        router().turnAway(world.now);
        router().release(world.now);
        assertThat(world.loads.inFlight(REPLICA)).isZero();
        assertThat(world.query("BEGIN READ ONLY")).isEqualTo(go(PRIMARY, Reason.REFUSED));
    }

    @Test
    void asksThePrimaryOnlyIfNothingElseIsOwed() {
        world.runs("BEGIN READ ONLY");
        assertThat(router().retries("25006", false)).isNull();
        assertThat(router().retries("22012", true)).isNull();
        assertThat(router().retries("40001", true)).isEqualTo(ReplicaError.CONFLICT);
    }

    @Test
    void asksThePrimaryNoMoreThanTheBudgetAllows() {
        world.runs("BEGIN READ ONLY");
        int retries = 0;
        while (router().retries("40001", true) != null) {
            retries++;
        }
        assertThat(retries).isEqualTo(50);
    }

    // --- BEGIN ----------------------------------------------------------------------------------

    @Test
    void answersABareBeginAndDecidesByWhatFollows() {
        assertThat(world.query("BEGIN")).isEqualTo(Decision.Answer.BEGIN);
        assertThat(Decision.Answer.BEGIN.status()).isEqualTo((byte) 'T');
        router().deferred(BEGIN);
        assertThat(router().hasDeferred()).isTrue();
        assertThat(world.query("SET TRANSACTION READ ONLY"))
                .isEqualTo(go(REPLICA, Reason.READ_ONLY_TRANSACTION));
        assertThat(router().start(demand("SET TRANSACTION READ ONLY"), router().place().node()))
                .isEqualTo(BEGIN);
        assertThat(router().hasDeferred()).isFalse();
        assertThat(router().mustFail()).isFalse();
    }

    @Test
    void aStatementInABlockIsNoReadByItself() {
        world.route(Route.AUTO);
        world.query("BEGIN");
        router().deferred(BEGIN);
        assertThat(world.query("SELECT 1")).isEqualTo(go(PRIMARY, Reason.MAY_WRITE));
    }

    @Test
    void defersNoOtherBegin() {
        assertThat(router().begin(demand("BEGIN"), false, world.now))
                .isEqualTo(go(PRIMARY, Reason.MAY_WRITE));
        router().giveUp();
        for (String text : new String[] {"BEGIN READ ONLY", "/* weir: route=primary */ BEGIN"}) {
            assertThat(world.query(text)).isInstanceOf(Decision.Go.class);
            router().giveUp();
        }
    }

    @Test
    void defersNoneWhereTheFirstStatementDecidesNothing() {
        for (RouteWorld other :
                new RouteWorld[] {
                    new RouteWorld().route(Route.PRIMARY),
                    new RouteWorld().route(Route.REPLICA),
                    new RouteWorld().mode(PoolMode.SESSION),
                    new RouteWorld().defersNothing(),
                    new RouteWorld().byDefault(true, false),
                }) {
            assertThat(other.query("BEGIN")).isInstanceOf(Decision.Go.class);
        }
    }

    @Test
    void whatFailedBeforeAServerKnewOfItIsFailedThere() {
        world.query("BEGIN");
        router().deferred(BEGIN);
        world.query("SELECT 1");
        router().giveUp();
        assertThat(router().hasDeferred()).isTrue();
        world.query("SELECT 2");
        assertThat(router().start(demand("SELECT 2"), router().place().node())).isEqualTo(BEGIN);
        assertThat(router().mustFail()).isTrue();
    }

    @Test
    void theEndOfWhatFailedBeforeAServerKnewOfItIsAnswered() {
        world.query("BEGIN");
        router().deferred(BEGIN);
        world.query("SELECT 1");
        router().giveUp();
        assertThat(world.query("COMMIT")).isEqualTo(Decision.Answer.ROLLBACK);
        assertThat(Decision.Answer.ROLLBACK.status()).isEqualTo((byte) 'I');
        assertThat(router().hasDeferred()).isFalse();
        assertThat(world.query("BEGIN")).isEqualTo(Decision.Answer.BEGIN);
    }

    // --- on a connection to a replica -----------------------------------------------------------

    @Test
    void staysOnItsReplicaWithinATransaction() {
        Decision place = world.runs("BEGIN READ ONLY");
        assertThat(router().follow(demand("SELECT 1"), Standing.IN_BLOCK)).isSameAs(place);
        assertThat(router().follow(demand("COMMIT"), Standing.FAILED)).isSameAs(place);
    }

    @Test
    void decidesAnewOnceItsReplicaHasAnswered() {
        world.runs("BEGIN READ ONLY");
        assertThat(router().follow(demand("SELECT 1"), Standing.OWING))
                .isEqualTo(Decision.Hold.UNTIL_ANSWERED);
    }

    @Test
    void movesBeforeItsFirstStatementIfThatMustNotRunThere() {
        world.runs("BEGIN READ ONLY");
        router().startsWith("BEGIN READ ONLY".getBytes(UTF_8));
        Demand locks = demand("SELECT pg_advisory_lock(1)");
        assertThat(router().follow(locks, Standing.IN_BLOCK))
                .isEqualTo(Decision.Hold.UNTIL_ROLLED_BACK);
        router().release(world.now);
        assertThat(router().begin(locks, true, world.now)).isEqualTo(go(PRIMARY, Reason.DENIED));
        assertThat(router().start(locks, router().place().node()))
                .isEqualTo("BEGIN READ ONLY".getBytes(UTF_8));
    }

    @Test
    void refusesALaterStatementThatMustNotRunThere() {
        world.runs("BEGIN READ ONLY");
        router().startsWith("BEGIN READ ONLY".getBytes(UTF_8));
        router().follow(demand("SELECT 1"), Standing.IN_BLOCK);
        assertThat(router().isFirst()).isTrue();
        Demand locks = demand("SELECT pg_advisory_lock(1)");
        assertThat(router().follow(locks, Standing.IN_BLOCK)).isEqualTo(Decision.Refuse.DENIED);
        assertThat(router().isFirst()).isFalse();
        assertThat(Decision.Refuse.DENIED.error()).isEqualTo(ProxyError.DENIED_ON_REPLICA);
    }

    // --- on a connection to the primary ---------------------------------------------------------

    @Test
    void aReadOnAPinnedConnectionSaysSo() {
        world.runs("LISTEN a");
        assertThat(router().follow(demand("BEGIN READ ONLY"), Standing.BETWEEN))
                .isEqualTo(go(PRIMARY, Reason.PINNED));
        assertThat(world.loads.count(PRIMARY, Reason.PINNED)).isEqualTo(1);
        assertThat(router().follow(demand("SELECT 1"), Standing.IN_BLOCK))
                .isEqualTo(go(PRIMARY, Reason.PINNED));
        assertThat(world.loads.count(PRIMARY, Reason.PINNED)).isEqualTo(1);
    }

    @Test
    void aReadBehindACommitGoesOnceItsPositionIsKnown() {
        world.runs("INSERT INTO t VALUES (1)");
        assertThat(router().follow(demand("BEGIN READ ONLY"), Standing.ASKED_LSN))
                .isEqualTo(Decision.Hold.UNTIL_ANSWERED);
        assertThat(router().follow(demand("SHOW weir.lsn"), Standing.ASKED_LSN))
                .isEqualTo(Decision.Hold.UNTIL_ANSWERED);
        assertThat(router().follow(demand("DELETE FROM t"), Standing.ASKED_LSN))
                .isEqualTo(go(PRIMARY, Reason.MAY_WRITE));
    }

    // --- what must be seen ----------------------------------------------------------------------

    @Test
    void seesItsOwnWrite() {
        world.runs("INSERT INTO t VALUES (1)");
        assertThat(router().asksBehind()).isTrue();
        CommitWatch.Question question = router().ask();
        assertThat(world.token.required(world.topology(), world.token.arrive(), world.now))
                .isEqualTo(CausalToken.UNDER_WAY);
        RouteWorld.answer(question, 1_500);
        router().release(world.now);
        assertThat(world.ran("BEGIN READ ONLY")).isEqualTo(go(PRIMARY, Reason.OWN_WRITE));
        world.primary(1_500).replica(1_500, true);
        assertThat(world.query("BEGIN READ ONLY")).isEqualTo(go(REPLICA, reason()));
    }

    @Test
    void seesWhatItAskedToSee() {
        world.ran("SET weir.min_lsn = '0/5DC'"); // 1,500
        assertThat(world.query("BEGIN READ ONLY")).isEqualTo(go(PRIMARY, Reason.OWN_WRITE));
    }

    @Test
    void neverGoesBack() {
        world.replica(2, 900, true);
        world.after(1).ran("BEGIN READ ONLY");
        int first = router().place().node();
        int other = 3 - first;
        world.replica(first, 1_000, false);
        assertThat(world.query("BEGIN READ ONLY")).isEqualTo(go(PRIMARY, Reason.MONOTONIC));
        router().giveUp();
        world.after(1).primary(1_000).replica(other, 1_000, true);
        assertThat(world.query("BEGIN READ ONLY")).isEqualTo(go(other, reason()));
    }

    @Test
    void aReadOfThePrimaryByNecessityCountsAsAWrite() {
        world.replica(1_000, false);
        world.runs("/* weir: route=replica */ SELECT 1");
        assertThat(router().asksBehind()).isTrue();
    }

    @Test
    void asksForNothingWhereNothingMustBeSeen() {
        world.notCausal();
        world.runs("INSERT INTO t VALUES (1)");
        assertThat(router().asksBehind()).isFalse();
        assertThat(router().asksNow()).isFalse();
    }

    @Test
    void asksForNothingInSessionMode() {
        world.mode(PoolMode.SESSION);
        world.runs("BEGIN; INSERT INTO t VALUES (1)");
        assertThat(router().asksNow()).isFalse();
    }

    @Test
    void aLostConnectionLosesThePosition() {
        world.runs("INSERT INTO t VALUES (1)");
        router().lose(world.now);
        assertThat(world.query("BEGIN READ ONLY")).isEqualTo(go(PRIMARY, Reason.WRITE_IN_FLIGHT));
        router().giveUp();
        world.after(1).primary(1_000);
        assertThat(world.query("BEGIN READ ONLY")).isEqualTo(go(REPLICA, reason()));
    }

    // --- what is counted and told ---------------------------------------------------------------

    @Test
    void countsATransactionOnce() {
        world.runs("BEGIN READ ONLY");
        assertThat(world.loads.inFlight(REPLICA)).isEqualTo(1);
        router().release(world.now);
        router().release(world.now);
        assertThat(world.loads.inFlight(REPLICA)).isZero();
        assertThat(world.loads.count(REPLICA, reason())).isEqualTo(1);
    }

    @Test
    void worksBeforeTheClusterWasSeen() {
        world.unseen();
        assertThat(world.runs("INSERT INTO t VALUES (1)")).isEqualTo(go(-1, Reason.MAY_WRITE));
        world.release(0);
        assertThat(world.query("BEGIN READ ONLY").getClass()).isEqualTo(Decision.Go.class);
    }

    @Test
    void saysWhereItRanLast() {
        world.ran("BEGIN READ ONLY");
        assertThat(router().shown(demand("SHOW weir.node"))).isEqualTo("r:1");
        assertThat(router().shown(demand("SHOW weir.route"))).isEqualTo("explicit");
        assertThat(router().shown(demand("SHOW weir.nothing"))).isNull();
        assertThat(router().shown(demand("SHOW work_mem"))).isNull();
    }

    @Test
    void saysWhyToWhomeverAsks() {
        assertThat(router().settings().explains()).isFalse();
        world.ran("SET weir.explain = on");
        assertThat(router().settings().explains()).isTrue();
        world.route(Route.AUTO).runs("SELECT my_volatile()");
        assertThat(router().notice(demand("SELECT my_volatile()")))
                .isEqualTo(
                        "route: p:1 (primary): function: "
                                + Reason.FUNCTION.sentence()
                                + " [my_volatile]");
    }

    @Test
    void knowsWhenFunctionsMayHaveChanged() {
        world.ran("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'");
        assertThat(router().takeDefinition()).isTrue();
        assertThat(router().takeDefinition()).isFalse();
    }

    @Test
    void welcomesFromAReplicaIfAllGoThere() {
        assertThat(router().welcome(world.now)).isNegative();
        world.route(Route.REPLICA);
        assertThat(router().welcome(world.now)).isEqualTo(REPLICA);
        world.replica(1_000, false);
        assertThat(router().welcome(world.now)).isNegative();
    }

    // --- a transaction that moves ----------------------------------------------------------------

    @Test
    void aTransactionThatBecomesReadWriteMovesBehindItsBegin() {
        world.byDefault(true, false);
        assertThat(world.runs("BEGIN").node()).isEqualTo(REPLICA);
        router().startsWith("BEGIN".getBytes(UTF_8));
        assertThat(router().follow(demand("SET TRANSACTION READ WRITE"), Standing.IN_BLOCK))
                .isEqualTo(Decision.Hold.UNTIL_ROLLED_BACK);
        world.release();
        assertThat(world.runs("SET TRANSACTION READ WRITE").node()).isEqualTo(PRIMARY);
    }

    @Test
    void itsReplicaJudgesOneThatWantsToLater() {
        world.runs("BEGIN READ ONLY");
        router().follow(demand("SELECT 1"), Standing.IN_BLOCK);
        assertThat(router().follow(demand("SET TRANSACTION READ WRITE"), Standing.IN_BLOCK))
                .isEqualTo(router().place());
    }

    @Test
    void whatEndsATransactionAndGoesOnRunsOnThePrimaryBehindABegin() {
        for (String text : List.of("COMMIT; INSERT INTO t VALUES (1)", "ABORT; BEGIN")) {
            world.runs("BEGIN READ ONLY");
            router().follow(demand("SELECT 1"), Standing.IN_BLOCK);
            assertThat(router().follow(demand(text), Standing.IN_BLOCK))
                    .isEqualTo(
                            text.startsWith("C")
                                    ? Decision.Hold.UNTIL_COMMITTED
                                    : Decision.Hold.UNTIL_ROLLED_BACK);
            world.release();
            assertThat(((Decision.Go) world.query(text)).node()).isEqualTo(PRIMARY);
            assertThat(world.start(text)).isTrue();
            assertThat(router().mustFail()).isFalse();
            world.release();
        }
    }

    @Test
    void andItFailsThereIfItHadFailed() {
        world.runs("BEGIN READ ONLY");
        router().follow(demand("SELECT 1/0"), Standing.IN_BLOCK);
        Demand end = demand("COMMIT", "INSERT INTO t VALUES (1)");
        router().follow(end, Standing.FAILED);
        world.release();
        router().begin(end, false, world.now);
        router().start(end, router().place().node());
        assertThat(router().mustFail()).isTrue();
    }

    @Test
    void aLoneEndIsForTheReplica() {
        world.runs("BEGIN READ ONLY");
        router().follow(demand("SELECT 1"), Standing.IN_BLOCK);
        assertThat(router().follow(demand("COMMIT"), Standing.IN_BLOCK))
                .isEqualTo(router().place());
    }
}
