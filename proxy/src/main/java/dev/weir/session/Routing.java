package dev.weir.session;

import dev.weir.backend.ParameterSet;
import dev.weir.backend.ServerConnection;
import dev.weir.cluster.Cluster;
import dev.weir.cluster.Topology;
import dev.weir.config.PoolMode;
import dev.weir.config.Route;
import dev.weir.error.ProxyError;
import dev.weir.exchange.Ledger;
import dev.weir.metrics.Metric;
import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import dev.weir.pool.ClientShard;
import dev.weir.pool.RecentCommits;
import dev.weir.protocol.FrontendTag;
import dev.weir.route.CausalToken;
import dev.weir.route.Decision;
import dev.weir.route.Demand;
import dev.weir.route.LoopRoutes;
import dev.weir.route.Reason;
import dev.weir.route.ReplicaError;
import dev.weir.route.RouteExplanation;
import dev.weir.route.Router;
import dev.weir.route.Standing;
import dev.weir.route.Surroundings;
import dev.weir.route.TransactionDefaults;
import dev.weir.sql.Access;
import dev.weir.sql.Classifier;
import dev.weir.sql.Functions;
import dev.weir.sql.Text;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Carries out the routing of one session's transactions, if its database has several nodes: leases,
 * waits and sends as its {@link Router} decides.
 */
@LoopConfined
final class Routing implements LoopOwned, Surroundings {
    private static final String READ_ONLY = "25006";

    private final Turn turn;
    private final Flow flow;
    private final Cluster cluster;
    private final ClientRun run;
    private final ClientTexts texts;
    private final BatchScan scan;
    private final Demand demand = new Demand();
    private final Router router;
    private final ReplicaWait wait;
    private final ToldCommits told;

    /** The parameters from which {@link #defaults} were derived. */
    private ParameterSet judged = ParameterSet.EMPTY;

    private TransactionDefaults defaults = TransactionDefaults.NONE;

    Routing(
            Turn turn,
            Flow flow,
            Cluster cluster,
            LoopRoutes shared,
            ClientTexts texts,
            CausalToken token,
            ClientRun run) {
        this.turn = turn;
        this.flow = flow;
        this.cluster = cluster;
        this.run = run;
        this.texts = texts;
        this.scan = new BatchScan(turn, run, texts, demand);
        this.router =
                new Router(
                        turn.mode(),
                        this,
                        shared.loads(cluster),
                        token,
                        shared.random(),
                        this::nanoTime);
        this.wait = new ReplicaWait(turn.loop(), cluster, this::look);
        this.told = new ToldCommits(turn, cluster);
    }

    @Override
    public EventLoop loop() {
        return turn.loop();
    }

    @Override
    public Topology topology() {
        assertInLoop();
        return cluster.topology();
    }

    @Override
    public dev.weir.config.Routing database() {
        assertInLoop();
        return turn.pool().settings().routing();
    }

    @Override
    public TransactionDefaults defaults() {
        assertInLoop();
        ParameterSet desired = turn.parameters().desired();
        if (desired != judged) {
            judged = desired;
            defaults = TransactionDefaults.of(desired::get);
        }
        return defaults;
    }

    /** The node from which a new session is welcomed. */
    int welcome() {
        return Math.max(ClientShard.PRIMARY, router.welcome(nanoTime()));
    }

    /** Whether the client is in a transaction that no server knows yet. */
    boolean hasDeferred() {
        return router.hasDeferred();
    }

    // --- a batch begins -------------------------------------------------------------------------

    /**
     * Takes the message at hand, which begins a batch.
     *
     * @param moreMayCome whether the rest of the batch may have arrived already, in another buffer
     */
    Step batch(boolean moreMayCome) {
        boolean begins = turn.isLeased() && router.isDecided();
        if (turn.isLeased() && !begins && turn.mode() == PoolMode.SESSION) {
            return answers();
        }
        scan.look(cluster.functions());
        if (begins) {
            return begins();
        } else if (turn.batch().takeAgain()) {
            return sends(Standing.of(turn.server().ledger()));
        } else if (moreMayCome && isCut()) {
            return Step.WAITS;
        }
        return turn.isLeased() ? follow() : decide();
    }

    /**
     * The text of the Parse at hand, if it was scanned when its batch began, or the answer that
     * replaces it; or null.
     */
    @Nullable Text parsed() {
        String asked = turn.isLeased() ? RouteQuestion.of(run) : null;
        return asked == null
                ? scan.parsed(run.at())
                : RouteQuestion.answer(texts, explanation(asked));
    }

    private List<RouteExplanation.Step> explanation(String asked) {
        return router.explanation(RouteExplanation.access(asked), cluster.functions());
    }

    /** The read ends: all that could be taken of it has been taken. */
    void readEnds() {
        scan.forgetPositions();
    }

    /** Whether the batch continues beyond the present read, and is worth waiting for. */
    private boolean isCut() {
        return !demand.isComplete() && run.left() < Classifier.TEXT_BYTES_MAX;
    }

    /** Decides where a batch goes while the session holds no connection. */
    private Step decide() {
        Decision decision = router.begin(demand, scan.isLoneQuery(), nanoTime());
        tellComplaint();
        if (decision instanceof Decision.Answer answer) {
            answer(answer);
            return Step.DONE;
        }
        carryOut(decision);
        boolean goes = router.isDecided() && turn.isLeased() && flow.mayForward();
        return goes ? begins() : Step.WAITS;
    }

    private void answer(Decision.Answer answer) {
        if (answer != Decision.Answer.ROLLBACK) {
            router.deferred(text());
        }
        run.drop((int) run.total());
        turn.meters().increment(Metric.QUERIES);
        turn.answerAlone(answer.tag(), answer.status());
    }

    /** The batch waits for a replica, and the cluster has been polled or the wait is over. */
    private void look() {
        carryOut(router.look(nanoTime()));
    }

    private void carryOut(Decision decision) {
        switch (decision) {
            case Decision.Go go -> {
                wait.end();
                boolean isReplica = go.reason().isOnReplica();
                flow.leaseFrom(isReplica ? go.node() : ClientShard.PRIMARY);
            }
            case Decision.Wait until -> {
                wait.begin(until.untilNanos() - nanoTime());
                flow.waitAside();
            }
            case Decision.Refuse _ ->
                    flow.refuseSoon(ProxyError.NO_REPLICA.refusal(turn.pool().key().database()));
            case Decision.Answer _, Decision.Hold _ ->
                    throw new IllegalStateException("not without a connection: " + decision);
        }
    }

    /** The request that waits for a server is given up, and the client is told. */
    void giveUp() {
        wait.end();
        router.giveUp();
    }

    /** The connection that was decided on was lost before it was used. */
    void decidesAgain() {
        router.decidesAgain();
    }

    /** No connection to the replica is available; true if the primary is tried instead. */
    boolean fallsBack() {
        int node = router.place().node();
        if (!router.fallsBack()) {
            return false;
        }
        cluster.hint(node);
        return true;
    }

    /** Whether the batch at hand begins a transaction block, or is in one for the client. */
    boolean isForBlock() {
        Access.Kind kind = demand.first().kind();
        return router.hasDeferred()
                || kind == Access.Kind.BEGIN
                || kind == Access.Kind.BEGIN_READ_ONLY;
    }

    // --- a batch is sent ------------------------------------------------------------------------

    /** The connection that was decided on is leased: the transaction begins. */
    private Step begins() {
        ServerConnection server = turn.server();
        byte[] late = router.start(demand, Objects.requireNonNull(turn.lease()).node());
        told.begins(server, router.place().node());
        explain();
        if (late != null) {
            OwnQueries.begin(turn, run, flow, late, router.mustFail());
        }
        Access.Kind kind = demand.first().kind();
        boolean isBegin = kind == Access.Kind.BEGIN_READ_ONLY || kind == Access.Kind.BEGIN;
        if (isBegin && router.isOnReplica() && run.tag() == FrontendTag.QUERY) {
            router.startsWith(text());
        }
        return sends(late == null ? Standing.of(server.ledger()) : Standing.IN_BLOCK);
    }

    /** Decides about a batch that follows others on the connection that the session holds. */
    private Step follow() {
        Standing at = Standing.of(turn.server().ledger());
        Decision decision = router.follow(demand, at);
        if (decision == Decision.Hold.UNTIL_ANSWERED) {
            flow.holdUntilAnswered();
            return Step.WAITS;
        }
        tellComplaint();
        if (decision instanceof Decision.Hold end) {
            flow.endTransaction(end == Decision.Hold.UNTIL_COMMITTED ? "COMMIT" : "ROLLBACK");
            return Step.WAITS;
        } else if (decision == Decision.Refuse.DENIED) {
            return RouteRefusal.write(turn, run, demand.worst().denied(demand.functions()));
        }
        if (at.isBetween() && !router.isOnReplica()) {
            explain();
        }
        return sends(at);
    }

    /**
     * The batch is sent: notes what it does there, and how it could be repeated.
     *
     * @param at the state of the connection before the batch
     */
    private Step sends(Standing at) {
        if (!router.isOnReplica()) {
            if (at != Standing.OWING) {
                told.sends(router.place().node());
            }
            router.writes(demand, at);
        } else if (router.isFirst() && demand.isComplete()) {
            turn.batch().tries(run.in(), run.at(), scan.end() - run.at());
        }
        tellSetting();
        return answers();
    }

    /** Answers the Query at hand if it asks about the route. */
    private Step answers() {
        String asked = run.tag() == FrontendTag.QUERY ? RouteQuestion.of(run) : null;
        return asked == null ? Step.GOES : RouteQuestion.answer(turn, run, explanation(asked));
    }

    /** The text of the Query at hand. */
    private byte[] text() {
        return run.bytes(run.body(), Math.max(run.body(), run.messageEnd() - 1));
    }

    /** The whole of a batch's last message is in the run. */
    void batchEnds() {
        if (turn.isLeased() && router.asksBehind()) {
            run.emitRun();
            ByteBuf out = run.out(OwnCall.BYTES + ClientRun.HEADER_BYTES);
            OwnCall.INSERT_LSN.ask(out, turn.server(), router.ask());
        }
    }

    // --- what the client is told ----------------------------------------------------------------

    /** Tells the client where the batch goes, unless the batch asks just that. */
    private void explain() {
        Access.Kind kind = demand.first().kind();
        boolean isAboutIt =
                kind == Access.Kind.SET_WEIR
                        || kind == Access.Kind.SHOW_WEIR
                        || RouteQuestion.of(run) != null;
        if (router.settings().explains() && !isAboutIt) {
            Reason reason = router.place().reason();
            String help = reason == Reason.PINNED ? turn.pins().told(nanoTime()) : reason.remedy();
            turn.answers().notice("NOTICE", router.notice(demand), help);
        }
    }

    /** Tells the client what is wrong with the setting of Weir's that the batch has set. */
    private void tellComplaint() {
        if (demand.first().kind() == Access.Kind.SET_WEIR) {
            String wrong = router.settings().complaint();
            if (wrong != null) {
                turn.answers().notice("WARNING", wrong);
            } else if (router.settings().route() == Route.AUTO) {
                cluster.wantFunctions();
            }
        }
    }

    /** Sets a setting of Weir's on the server ahead of a SHOW of it. */
    private void tellSetting() {
        ServerConnection server = turn.server();
        String value = router.shown(demand);
        if (value != null && server.ledger().isQuiet()) {
            String sql = "SET weir.\"" + demand.first().setting() + "\" TO '" + value + "'";
            byte[] text = sql.getBytes(StandardCharsets.US_ASCII);
            OwnQueries.ahead(turn, run, text, new OwnQueries.MustSucceed(server));
        }
    }

    // --- answers --------------------------------------------------------------------------------

    /**
     * The server has answered with an error; true if the batch is run on the primary instead.
     *
     * @param ends whether the error ends the connection
     */
    boolean refuses(String sqlState, boolean ends) {
        if (sqlState.equals(READ_ONLY) && !router.isOnReplica() && router.place().node() >= 0) {
            cluster.refusedWrite(router.place().node());
        }
        if (!turn.batch().isTried()) {
            return false;
        }
        boolean isLast = ends || turn.server().ledger().readyOwed() == 1;
        ReplicaError error = router.retries(sqlState, isLast);
        if (error == null) {
            return false;
        }
        turn.batch().refused();
        if (error == ReplicaError.TEXT) {
            RouteRefusal.remember(turn.batch().bytes(), texts, turn.statements());
        }
        if (ReplicaError.isDoubt(sqlState)) {
            cluster.hint(router.place().node());
        }
        return true;
    }

    /** The replica is gone; true if the batch is run on the primary instead. */
    boolean survives(@Nullable String sqlState) {
        if (router.place().node() >= 0) {
            cluster.hint(router.place().node());
        }
        return turn.batch().isRefused()
                || refuses(sqlState == null ? ReplicaError.CONNECTION_LOST : sqlState, true);
    }

    /** The batch that a replica has refused, to be run on the primary next. */
    ByteBuf takeAgain() {
        turn.statements().forgetParsed(turn.batch().sent());
        router.turnAway(nanoTime());
        return turn.batch().take();
    }

    // --- a lost connection ----------------------------------------------------------------------

    /** The functions and views of the database that write; null if not known. */
    @Nullable Functions functions() {
        return cluster.functions();
    }

    /** The BEGIN that was sent ahead of the batch at hand; null if another batch came between. */
    byte @Nullable [] ahead(Ledger ledger) {
        // a BEGIN that is not answered is ahead of all, even if the router has seen the next batch
        boolean isFirst = router.isFirst() || ledger.owes(OwnQueries.MustBegin.class);
        return isFirst ? router.ahead() : null;
    }

    /** Nothing will be asked on this connection any more: what its client was told is counted. */
    void counts(ServerConnection server) {
        told.ends(server, RecentCommits.UNKNOWN, nanoTime());
    }

    /** The connection was lost, with everything that ran on it, and the session goes on. */
    void lost() {
        if (router.place().node() >= 0) {
            cluster.hint(router.place().node());
        }
        router.lose(nanoTime());
        released();
    }

    /** The block that the client is in goes on elsewhere; it has failed, or has only begun. */
    void carry(byte[] begin, boolean fails) {
        router.deferred(begin);
        if (fails) {
            router.fail();
        }
    }

    // --- between batches ------------------------------------------------------------------------

    /** All is answered and no block is open; true if the server is still to be asked something. */
    boolean asksNow() {
        if (!router.asksNow()) {
            return false;
        }
        ServerConnection server = turn.server();
        ByteBuf out = server.buffer(OwnCall.BYTES);
        OwnCall.INSERT_LSN.ask(out, server, router.ask());
        server.write(out);
        server.flush();
        return true;
    }

    /** All is answered and no block is open, and the server is asked nothing more. */
    void committed(ServerConnection server) {
        if (turn.mode() == PoolMode.SESSION) { // the router sees its first batch only
            counts(server);
            told.sends(router.place().node());
        } else {
            told.ends(server, router.behindAll(), nanoTime());
        }
    }

    /** All is answered, and a block is open. */
    void staysOpen() {
        if (router.staysOpen()) {
            cluster.hint(router.place().node());
        }
    }

    // --- the end --------------------------------------------------------------------------------

    /** The connection has been returned. */
    void released() {
        router.release(nanoTime());
        if (router.takeDefinition()) {
            cluster.functionsChanged();
        }
        if (turn.batch().isTried()) {
            turn.batch().forget();
        }
    }

    /** The connection to the primary has been returned, by a session that needs the primary. */
    void moved() {
        router.moves(nanoTime());
        released();
    }

    /** The session ends; what it has sent counts as lost. */
    void close() {
        ServerConnection server = turn.serverOrNull();
        if (server != null) {
            counts(server);
        }
        wait.end();
        router.lose(nanoTime());
        released();
    }
}
