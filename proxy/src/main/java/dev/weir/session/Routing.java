package dev.weir.session;

import dev.weir.backend.InjectedQuery;
import dev.weir.backend.ServerConnection;
import dev.weir.cluster.Cluster;
import dev.weir.cluster.Topology;
import dev.weir.config.PoolMode;
import dev.weir.config.Route;
import dev.weir.exchange.Ledger;
import dev.weir.exchange.Request;
import dev.weir.metrics.Metric;
import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import dev.weir.protocol.FrontendMessages;
import dev.weir.protocol.FrontendTag;
import dev.weir.route.CausalToken;
import dev.weir.route.Loads;
import dev.weir.route.Reason;
import dev.weir.route.ReplicaChoice;
import dev.weir.sql.Access;
import dev.weir.sql.Classifier;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Where the transactions of one session run, if its database has several nodes. */
@LoopConfined
final class Routing implements LoopOwned {
    /*
     * At the first message of a batch:
     *
     *   holds nothing ───▶ BEGIN alone? ──yes──▶ answered here, sent with what follows
     *                        │ no
     *                        ▼
     *                      decide: replica or primary, which, why ──▶ wait for a replica? ──▶ lease
     *   holds a replica ─▶ its transaction goes on there; else wait until all is answered, and
     *                      decide anew
     *   holds the primary ─▶ goes on there
     *
     * A decision lasts until the lease ends: one transaction, one node.
     */

    /** Fails in any transaction; the server's log shows the name. */
    private static final byte[] FAIL =
            "ROLLBACK TO SAVEPOINT \"given up before a server was found\""
                    .getBytes(StandardCharsets.US_ASCII);

    private final Turn turn;
    private final Flow flow;
    private final Cluster cluster;
    private final Loads loads;
    private final CausalToken token;
    private final ClientRun run;
    private final ClientTexts texts;
    private final BatchScan scan;
    private final CommitWatch commits;
    private final RouteDecision decision;
    private final RouteSettings settings = new RouteSettings();
    private final Attempt attempt = new Attempt();
    private final LateBegin begin = new LateBegin();

    /** The last node that a transaction ran on. */
    private int lastNode = ReplicaChoice.NONE;

    /** A decision was made, and its connection has not been used yet. */
    private boolean decided;

    /** The transaction was counted as begun. */
    private boolean begun;

    /** A replica has refused the transaction at hand, or could not be had: it is the primary's. */
    private boolean refused;

    private boolean definesFunctions;

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
        this.loads = shared.loads(cluster);
        this.token = token;
        this.run = run;
        this.texts = texts;
        this.scan = new BatchScan(turn, run, texts);
        this.commits = new CommitWatch(run, token, shared.clock());
        this.decision =
                new RouteDecision(turn, flow, cluster, loads, token, settings, shared.random());
    }

    @Override
    public EventLoop loop() {
        return turn.loop();
    }

    /** The node that a new session is welcomed from. */
    int welcome() {
        return decision.welcome();
    }

    /** Whether the client believes to be in a transaction that no server knows of yet. */
    boolean hasDeferred() {
        return begin.isHeld();
    }

    /** The client was told of an error in the transaction that no server knows of yet. */
    void failDeferred() {
        begin.fails();
    }

    // --- a batch begins -------------------------------------------------------------------------

    /**
     * Takes the message at hand, with which a batch begins.
     *
     * @param moreMayCome whether the rest of it may be here already, in another buffer
     */
    Step batch(boolean moreMayCome) {
        if (turn.isLeased()) {
            return goOn(moreMayCome);
        }
        scan.look(cluster.functions());
        if (moreMayCome && isCut()) {
            return Step.WAITS;
        }
        applySettings();
        if (isToBeDeferred()) {
            defer();
            return Step.DONE;
        } else if (begin.isFailed() && isEnd()) {
            endFailed();
            return Step.DONE;
        }
        decided = true;
        boolean leased = decision.lease(refused ? Reason.REFUSED : wish());
        return leased && turn.isLeased() && flow.mayForward() ? begins() : Step.WAITS;
    }

    private Reason wish() {
        return decision.wish(scan, begin.isHeld());
    }

    /** Whether the batch goes on behind the read at hand, and is worth waiting for. */
    private boolean isCut() {
        return !scan.isComplete() && run.left() < Classifier.TEXT_BYTES_MAX;
    }

    private Step goOn(boolean moreMayCome) {
        if (decided) {
            scan.look(cluster.functions());
            return begins();
        } else if (turn.mode() == PoolMode.SESSION) {
            return Step.GOES;
        }
        scan.look(cluster.functions());
        if (moreMayCome && isCut()) {
            return Step.WAITS;
        }
        return decision.isOnReplica() ? goOnReplica() : goOnPrimary();
    }

    private Step goOnPrimary() {
        Ledger ledger = turn.server().ledger();
        if (isBetterAnewSoon(ledger)) {
            flow.holdUntilAnswered();
            return Step.WAITS;
        }
        applySettings();
        if (isBetween(ledger)) {
            decision.follows(wish());
            explain();
        }
        tellSetting();
        writes(ledger, ledger.transactionStatus() != 'I' && ledger.outstanding() == 0);
        return Step.GOES;
    }

    /** Whether the batch begins a transaction though the connection was not given back. */
    private static boolean isBetween(Ledger ledger) {
        return ledger.transactionStatus() == 'I'
                && (ledger.outstanding() == 0
                        || ledger.outstanding() == 1 && ledger.isHeadPrivate());
    }

    private void explain() {
        if (settings.explains()) {
            turn.answers().notice("NOTICE", decision.notice(scan));
        }
    }

    /** Only Weir's own question is open: once that is answered, the batch may go to a replica. */
    private boolean isBetterAnewSoon(Ledger ledger) {
        return ledger.outstanding() == 1
                && ledger.isHeadPrivate()
                && ledger.isHead(Request.FUNCTION_CALL)
                && (wish().isOnReplica() || scan.first().kind() == Access.Kind.SHOW_WEIR);
    }

    private Step goOnReplica() {
        Ledger ledger = turn.server().ledger();
        if (ledger.outstanding() > 0) {
            flow.holdUntilAnswered();
            return Step.WAITS;
        }
        applySettings();
        begin.goOn();
        if (ledger.transactionStatus() == 'T' && scan.isDenied()) {
            return begin.isAhead() ? move() : RouteRefusal.write(turn, run, scan.worst());
        }
        if (begin.isAhead() && scan.isComplete()) {
            attempt.start(scan.copy(), scan.names());
        }
        tellSetting();
        return Step.GOES;
    }

    /** The transaction has run nothing yet on the replica, and must not: it begins elsewhere. */
    private Step move() {
        begin.move();
        flow.rollBack();
        return Step.WAITS;
    }

    /** The decision is made and the connection is here: the batch may go. */
    private Step begins() {
        decided = false;
        refused = false;
        ServerConnection server = turn.server();
        if (!begun) {
            begun = true;
            decision.begins();
        }
        if (decision.isOnReplica() && scan.isComplete()) {
            attempt.start(scan.copy(), scan.names());
        }
        explain();
        byte[] late = begin.takeHeld();
        if (late != null) {
            send(server, late, new OwnQueries.MustSucceed(turn.server()));
            if (begin.isFailed()) {
                send(server, FAIL, new OwnQueries.MustFail(flow));
            }
        }
        boolean isBegin = scan.first().kind() == Access.Kind.BEGIN_READ_ONLY;
        begin.sends(isBegin && run.tag() == FrontendTag.QUERY ? text() : null);
        if (!decision.isOnReplica()) {
            writes(server.ledger(), late != null);
        }
        tellSetting();
        return Step.GOES;
    }

    /** A batch goes to the primary. */
    private void writes(Ledger ledger, boolean inBlock) {
        definesFunctions |= scan.definesFunctions();
        if (decision.isCausal()) {
            commits.batch(scan, ledger, mustNotGoBack(), inBlock);
        }
    }

    /** Whether the session's next read, on a replica, must see what this one does. */
    private boolean mustNotGoBack() {
        return decision.reason().isByNecessity() && cluster.topology().nodes().size() > 1;
    }

    /** The last message of a batch is in the run as a whole. */
    void batchEnds() {
        if (!decision.isOnReplica() && turn.isLeased()) {
            commits.batchEnds(turn.server(), segmentBytes(), timeline());
        }
    }

    private int segmentBytes() {
        return cluster.topology().walSegmentBytes();
    }

    /** The timeline that a commit of this transaction is on; 0 = not known. */
    private int timeline() {
        Topology topology = cluster.topology();
        int node = decision.node();
        return node < 0 || node >= topology.nodes().size() ? 0 : topology.node(node).timeline();
    }

    // --- Weir's own settings --------------------------------------------------------------------

    private void applySettings() {
        if (scan.first().kind() == Access.Kind.SET_WEIR) {
            String wrong = settings.set(scan.first());
            if (wrong != null) {
                turn.answers().notice("WARNING", wrong);
            } else if (settings.route() == Route.AUTO) {
                cluster.wantFunctions();
            }
        }
    }

    /** Lets the server know what it is about to be asked: SHOW of a setting of Weir's. */
    private void tellSetting() {
        String name = scan.first().setting();
        Ledger ledger = turn.server().ledger();
        if (scan.first().kind() != Access.Kind.SHOW_WEIR || name == null || !ledger.isQuiet()) {
            return;
        }
        String at = lastNode < 0 ? "" : cluster.topology().node(lastNode).name();
        String value = settings.show(name, decision.database().route(), token.known(), at);
        if (value != null) {
            String sql = "SET weir.\"" + name + "\" TO '" + value + "'";
            byte[] text = sql.getBytes(StandardCharsets.US_ASCII);
            send(turn.server(), text, new OwnQueries.MustSucceed(turn.server()));
        }
    }

    // --- BEGIN ----------------------------------------------------------------------------------

    private boolean isToBeDeferred() {
        Route route = decision.route();
        return !begin.isHeld()
                && decision.database().deferBegin()
                && turn.mode() == PoolMode.TRANSACTION
                && (route == Route.EXPLICIT || route == Route.AUTO)
                && scan.first().kind() == Access.Kind.BEGIN
                && scan.first().hint() == Access.Hint.NONE
                && !decision.isReadOnlySession()
                && scan.isLoneQuery();
    }

    private void defer() {
        begin.hold(text());
        run.drop((int) run.total());
        turn.meters().increment(Metric.QUERIES);
        turn.answerAlone("BEGIN", (byte) 'T');
    }

    private boolean isEnd() {
        Access.Kind kind = scan.first().kind();
        return (kind == Access.Kind.COMMIT || kind == Access.Kind.ROLLBACK) && scan.isLoneQuery();
    }

    /** As PostgreSQL: COMMIT of what has failed is a ROLLBACK. */
    private void endFailed() {
        begin.drop();
        run.drop((int) run.total());
        turn.meters().increment(Metric.QUERIES);
        turn.answerAlone("ROLLBACK", (byte) 'I');
    }

    /** The text of the Query at hand. */
    private byte[] text() {
        return run.bytes(run.body(), Math.max(run.body(), run.messageEnd() - 1));
    }

    private void send(ServerConnection server, byte[] sql, InjectedQuery effect) {
        run.emitRun();
        FrontendMessages.query(run.out(sql.length + 8), sql);
        server.ledger().sent(Request.QUERY, Ledger.PRIVATE, effect);
        server.unnamed(null);
        server.batchEnded();
    }

    // --- answers --------------------------------------------------------------------------------

    /** Waits for a replica no more. */
    void stopWaiting() {
        decision.stopWaiting();
    }

    /** No connection to the replica can be had; true if the primary is tried instead. */
    boolean fallsBack() {
        if (!decided || !decision.isOnReplica() || refused) {
            return false;
        }
        cluster.hint(decision.node());
        refused = true;
        decided = false;
        return true;
    }

    /** Whether a part of an answer is kept for now. Takes over {@code answer} if so. */
    boolean holdsBack(ByteBuf answer) {
        return attempt.isOpen() && attempt.holdsBack(answer);
    }

    /** The answer counts: what was kept of it before; null if nothing was. */
    @Nullable ByteBuf kept() {
        return attempt.isOpen() ? attempt.succeed() : null;
    }

    /**
     * The server has answered with an error; true if the batch is run on the primary instead.
     *
     * @param ends whether the connection ends with it
     */
    boolean refuses(String sqlState, boolean ends) {
        if (!attempt.isOpen()
                || !Attempt.isRetried(sqlState)
                || !ends && turn.server().ledger().readyOwed() != 1
                || !loads.mayRetry()) {
            return false;
        }
        attempt.fail(sqlState);
        if (attempt.isToBeRemembered()) {
            RouteRefusal.remember(attempt.batch(), texts, turn.statements());
        }
        if (sqlState.equals("25006") || sqlState.startsWith("57P")) {
            cluster.hint(decision.node());
        }
        return true;
    }

    /** The replica is gone; true if the batch is run on the primary instead. */
    boolean survives(@Nullable String sqlState) {
        if (decision.node() >= 0) {
            cluster.hint(decision.node());
        }
        return attempt.hasFailed()
                || attempt.isOpen() && refuses(sqlState == null ? "08006" : sqlState, true);
    }

    boolean hasFailed() {
        return attempt.hasFailed();
    }

    /** The batch that failed on the replica, to be run on the primary as the next. */
    ByteBuf takeAgain() {
        for (byte[] name : attempt.names()) {
            ClientStatements.Entry entry = turn.statements().find(name);
            if (entry != null) {
                turn.statements().remove(entry);
            }
        }
        begin.move();
        refused = true;
        return attempt.take();
    }

    /** All is answered and no block is open; true if something is still to be asked. */
    boolean asksNow() {
        return !decision.isOnReplica()
                && turn.mode() != PoolMode.SESSION
                && decision.isCausal()
                && commits.asksNow(turn.server(), segmentBytes(), timeline());
    }

    void staysOpen() {
        if (commits.staysOpen()) {
            cluster.hint(decision.node());
        }
    }

    /** The connection was given back. */
    void released() {
        if (definesFunctions) {
            definesFunctions = false;
            cluster.functionsChanged();
        }
        if (begun) {
            begun = false;
            lastNode = decision.node();
            decision.ends();
        }
        if (attempt.isOpen()) {
            attempt.forget();
        }
        begin.ends();
    }

    /** The session has ended, or its connection. */
    void lost() {
        commits.lost();
        released();
    }

    void close() {
        decision.stopWaiting();
        lost();
        attempt.forget();
    }
}
