package dev.weir.session;

import dev.weir.backend.ServerConnection;
import dev.weir.cluster.Cluster;
import dev.weir.cluster.Topology;
import dev.weir.config.CausalReads;
import dev.weir.config.PoolMode;
import dev.weir.config.Route;
import dev.weir.exchange.Ledger;
import dev.weir.exchange.Request;
import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import dev.weir.pool.PoolShard;
import dev.weir.protocol.FrontendMessages;
import dev.weir.protocol.FrontendTag;
import dev.weir.route.CausalToken;
import dev.weir.route.Intent;
import dev.weir.route.Loads;
import dev.weir.route.Reason;
import dev.weir.route.ReplicaChoice;
import dev.weir.route.RouteNotice;
import dev.weir.sql.Access;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
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

    /** What becomes of the message at hand. */
    enum Step {
        GOES,
        WAITS,
        /** It has been dealt with. */
        DONE
    }

    /** Encodings in which a part of a character may look like a quote's end or a backslash. */
    private static final Set<String> UNSAFE_ENCODINGS =
            Set.of("BIG5", "GBK", "GB18030", "JOHAB", "SJIS", "SHIFT_JIS_2004", "UHC");

    private final Session session;
    private final Cluster cluster;
    private final LoopRoutes shared;
    private final Loads loads;
    private final CausalToken token;
    private final ClientRun run;
    private final BatchScan scan;
    private final CommitWatch commits;
    private final ReplicaChoice choice = new ReplicaChoice(ThreadLocalRandom.current());
    private final Attempt attempt = new Attempt();
    private final RouteSettings settings = new RouteSettings();
    private final Runnable wake = this::wake;

    /** A BEGIN that was answered here and is to be sent before the next message. */
    private byte @Nullable [] deferred;

    /** The BEGIN before the first statement on a replica: what must come before it elsewhere. */
    private byte @Nullable [] begin;

    private byte @Nullable [] beginSent;

    private Reason reason = Reason.MAY_WRITE;
    private int node = ReplicaChoice.NONE;
    private int lastNode = ReplicaChoice.NONE;
    private boolean decided;
    private boolean counted;
    private boolean refused;
    private boolean definesFunctions;

    private Reason wanted = Reason.MAY_WRITE;

    /** What a replica must have replayed for the transaction at hand. */
    private long required;

    private @Nullable ScheduledFuture<?> deadline;

    Routing(Session session, Cluster cluster, LoopRoutes shared, CausalToken token, ClientRun run) {
        this.session = session;
        this.cluster = cluster;
        this.shared = shared;
        this.loads = shared.loads(cluster);
        this.token = token;
        this.run = run;
        this.scan = new BatchScan(session, run, shared.cache());
        this.commits = new CommitWatch(run, token);
    }

    @Override
    public EventLoop loop() {
        return session.loop();
    }

    private dev.weir.config.Routing database() {
        return session.pool().settings().routing();
    }

    private boolean isCausal() {
        return database().causalReads() != CausalReads.OFF;
    }

    private boolean isOnReplica() {
        return reason.isOnReplica();
    }

    /** The access of a text that stands in {@code in}. */
    Access access(ByteBuf in, int start, int length) {
        return shared.cache().of(in, start, length);
    }

    // --- a batch begins -------------------------------------------------------------------------

    /** Takes the message at hand, with which a batch begins. */
    Step batch() {
        if (session.isLeased()) {
            return goOn();
        }
        scan.look(cluster.functions());
        applySettings();
        if (isToBeDeferred()) {
            defer();
            return Step.DONE;
        }
        wanted = wish();
        decided = true;
        boolean mayGo = decide(false) && session.isLeased() && session.mayForward();
        return mayGo ? begins() : Step.WAITS;
    }

    private Step goOn() {
        if (decided) {
            scan.look(cluster.functions());
            return begins();
        }
        if (session.mode() == PoolMode.SESSION) {
            return Step.GOES;
        }
        ServerConnection server = session.server();
        Ledger ledger = server.ledger();
        if (!isOnReplica()) {
            scan.look(cluster.functions());
            if (isBetterAnewSoon(ledger)) {
                session.holdUntilAnswered();
                return Step.WAITS;
            }
            applySettings();
            tellSetting();
            sends(ledger, ledger.transactionStatus() != 'I' && ledger.outstanding() == 0);
            return Step.GOES;
        }
        if (ledger.outstanding() > 0) {
            session.holdUntilAnswered();
            return Step.WAITS;
        }
        scan.look(cluster.functions());
        applySettings();
        begin = beginSent;
        beginSent = null;
        if (ledger.transactionStatus() == 'T') {
            if (scan.isDenied() && begin != null) {
                return move();
            } else if (scan.isDenied()) {
                return RouteRefusal.write(session, run, scan.worst());
            }
        }
        if (begin != null && scan.isComplete()) {
            attempt.start(scan.copy(), scan.names());
        }
        tellSetting();
        return Step.GOES;
    }

    /** Only Weir's own question is open: once that is answered, the batch may go to a replica. */
    private boolean isBetterAnewSoon(Ledger ledger) {
        return ledger.outstanding() == 1
                && ledger.isHeadPrivate()
                && ledger.isHead(Request.FUNCTION_CALL)
                && (wish().isOnReplica() || scan.first().kind() == Access.Kind.SHOW_WEIR);
    }

    /** The decision is made and the connection is here: the batch may go. */
    private Step begins() {
        decided = false;
        refused = false;
        ServerConnection server = session.server();
        if (!counted) {
            counted = true;
            lastNode = node;
            loads.begins(Math.max(node, 0), reason);
        }
        if (isOnReplica()) {
            choice.reading(cluster.topology(), node);
            if (scan.isComplete()) {
                attempt.start(scan.copy(), scan.names());
            }
        }
        if (settings.explains()) {
            session.tell("NOTICE", notice());
        }
        byte[] text = deferred;
        if (text != null) {
            sendBegin(server, text);
        }
        begin = text;
        boolean begins = scan.first().kind() == Access.Kind.BEGIN_READ_ONLY;
        beginSent = begins && run.tag() == FrontendTag.QUERY ? text() : null;
        if (!isOnReplica()) {
            sends(server.ledger(), text != null);
        }
        deferred = null;
        tellSetting();
        return Step.GOES;
    }

    /** A batch goes to the primary. */
    private void sends(Ledger ledger, boolean inBlock) {
        definesFunctions |= scan.definesFunctions();
        if (isCausal()) {
            commits.batch(scan, ledger, reason.isByNecessity(), inBlock);
        }
    }

    /** The last message of a batch is in the run as a whole. */
    void batchEnds() {
        if (!isOnReplica() && session.isLeased()) {
            commits.batchEnds(session.server(), cluster.topology().walSegmentBytes());
        }
    }

    private void applySettings() {
        if (scan.first().kind() == Access.Kind.SET_WEIR) {
            String wrong = settings.set(scan.first());
            if (wrong != null) {
                session.tell("WARNING", wrong);
            } else if (settings.route() == Route.AUTO) {
                cluster.wantFunctions();
            }
        }
    }

    /** Lets the server know what it is about to be asked: SHOW of a setting of Weir's. */
    private void tellSetting() {
        String name = scan.first().setting();
        Ledger ledger = session.server().ledger();
        if (scan.first().kind() != Access.Kind.SHOW_WEIR || name == null || !ledger.isQuiet()) {
            return;
        }
        String at = lastNode < 0 ? "" : cluster.topology().node(lastNode).name();
        String value = settings.show(name, database().route(), token.known(), at);
        if (value != null) {
            String sql = "SET weir.\"" + name + "\" TO '" + value + "'";
            send(session.server(), sql.getBytes(StandardCharsets.US_ASCII));
        }
    }

    // --- BEGIN ----------------------------------------------------------------------------------

    private boolean isToBeDeferred() {
        Route route = route();
        return deferred == null
                && database().deferBegin()
                && session.mode() == PoolMode.TRANSACTION
                && (route == Route.EXPLICIT || route == Route.AUTO)
                && scan.first().kind() == Access.Kind.BEGIN
                && scan.first().hint() == Access.Hint.NONE
                && !isReadOnlySession()
                && scan.isLoneQuery();
    }

    private void defer() {
        deferred = text();
        run.drop((int) run.total());
        session.counters().queries++;
        session.begunAlone();
    }

    /** Whether the client believes to be in a transaction that no server knows of yet. */
    boolean hasDeferred() {
        return deferred != null;
    }

    /** The text of the Query at hand. */
    private byte[] text() {
        return run.bytes(run.body(), Math.max(run.body(), run.messageEnd() - 1));
    }

    private void sendBegin(ServerConnection server, byte[] text) {
        send(server, text);
    }

    private void send(ServerConnection server, byte[] sql) {
        run.emitRun();
        FrontendMessages.query(run.out(sql.length + 8), sql);
        server.ledger().sent(Request.QUERY, Ledger.PRIVATE, session.mustSucceed());
        server.unnamed(null);
        server.batchEnded();
    }

    // --- the decision ---------------------------------------------------------------------------

    private Route route() {
        Route own = settings.route();
        return own == null ? database().route() : own;
    }

    private boolean isReadOnlySession() {
        String value = session.parameters().desired().get("default_transaction_read_only");
        return value != null && (value.equals("on") || value.equals("true") || value.equals("1"));
    }

    private boolean knowsTexts() {
        var told = session.parameters().told();
        String encoding = told.get("client_encoding");
        return !"off".equals(told.get("standard_conforming_strings"))
                && (encoding == null || !UNSAFE_ENCODINGS.contains(encoding));
    }

    /** What the transaction and its session say; no word yet of what the cluster allows. */
    private Reason wish() {
        if (refused) {
            return Reason.REFUSED;
        }
        Route route = route();
        boolean block = deferred != null;
        Reason said =
                Intent.of(
                        block && route == Route.AUTO ? Route.EXPLICIT : route,
                        isReadOnlySession(),
                        scan.first(),
                        scan.worst(),
                        scan.isDenied(),
                        knowsTexts(),
                        cluster.functions());
        if (!said.isOnReplica()) {
            return said;
        } else if (session.mode() == PoolMode.SESSION) {
            boolean whole = route == Route.REPLICA || said == Reason.READ_ONLY_SESSION;
            return whole ? said : Reason.SESSION_MODE;
        } else if (!scan.isComplete() && route != Route.REPLICA) {
            return Reason.TOO_LONG;
        }
        String isolation = session.parameters().desired().get("default_transaction_isolation");
        return "serializable".equals(isolation) ? Reason.SERIALIZABLE : said;
    }

    /** Chooses the node and leases there; false if the session waits for a replica first. */
    private boolean decide(boolean isLast) {
        Topology topology = cluster.topology();
        if (!wanted.isOnReplica()) {
            return leasePrimary(topology, wanted);
        }
        required = isCausal() ? token.required(topology) : 0;
        if (required == CausalToken.UNDER_WAY) {
            return leasePrimary(topology, Reason.WRITE_IN_FLIGHT);
        }
        required = Math.max(required, settings.minLsn());
        int found = choice.choose(topology, required, loads, System.nanoTime());
        if (found >= 0) {
            return leaseReplica(found, deadline == null ? wanted : Reason.WAITED);
        } else if (found == ReplicaChoice.NONE) {
            return noReplica(topology);
        }
        long waitNanos = database().causalWait().toNanos();
        if (waitNanos > 0 && !isLast) {
            awaitReplica(waitNanos);
            return false;
        }
        boolean written = found == ReplicaChoice.TOO_OLD;
        return leasePrimary(topology, written ? Reason.OWN_WRITE : Reason.MONOTONIC);
    }

    private boolean noReplica(Topology topology) {
        int least = ReplicaChoice.leastLagged(topology);
        return switch (database().noReplica()) {
            case LEAST_LAG ->
                    least >= 0
                            ? leaseReplica(least, Reason.LEAST_LAG)
                            : leasePrimary(topology, Reason.NO_REPLICA);
            case PRIMARY -> leasePrimary(topology, Reason.NO_REPLICA);
            case ERROR -> {
                session.refuseReplica();
                yield false;
            }
        };
    }

    private boolean leasePrimary(Topology topology, Reason why) {
        reason = why;
        node = topology.primary();
        stopWaiting();
        session.leaseFrom(session.shard());
        return true;
    }

    private boolean leaseReplica(int index, Reason why) {
        reason = why;
        node = index;
        stopWaiting();
        session.leaseFrom(session.shard().onNode(index));
        return true;
    }

    /** Where a new session is welcomed from. */
    PoolShard welcome() {
        if (route() == Route.REPLICA) {
            int found = choice.choose(cluster.topology(), 0, loads, System.nanoTime());
            if (found >= 0) {
                return session.shard().onNode(found);
            }
        }
        return session.shard();
    }

    // --- waiting for a replica ------------------------------------------------------------------

    private void awaitReplica(long nanos) {
        if (deadline == null) {
            deadline = loop().schedule(this::waitedEnough, nanos, TimeUnit.NANOSECONDS);
            cluster.await(wake);
            session.waitForReplica();
        }
    }

    /** Called by any thread. */
    private void wake() {
        loop().execute(this::looked);
    }

    /** The cluster was looked at: perhaps a replica has what it must see. */
    private void looked() {
        if (deadline != null) {
            decide(false);
        }
    }

    private void waitedEnough() {
        if (deadline != null) {
            decide(true);
        }
    }

    /** Waits no more, whatever for. */
    void stopWaiting() {
        ScheduledFuture<?> waiting = deadline;
        if (waiting != null) {
            deadline = null;
            waiting.cancel(false);
            cluster.forget(wake);
        }
    }

    /** No connection to the replica can be had; true if the primary is tried instead. */
    boolean fallsBack() {
        if (!decided || !isOnReplica() || refused) {
            return false;
        }
        cluster.hint(node);
        refused = true;
        decided = false;
        return true;
    }

    // --- answers --------------------------------------------------------------------------------

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
                || !ends && session.server().ledger().readyOwed() != 1
                || !loads.mayRetry()) {
            return false;
        }
        attempt.fail(sqlState);
        if (attempt.isToBeRemembered()) {
            RouteRefusal.remember(attempt.batch(), shared.cache(), session.statements());
        }
        if (sqlState.equals("25006") || sqlState.startsWith("57P")) {
            cluster.hint(node);
        }
        return true;
    }

    /** The replica is gone; true if the batch is run on the primary instead. */
    boolean survives(@Nullable String sqlState) {
        if (node >= 0) {
            cluster.hint(node);
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
            ClientStatements.Entry entry = session.statements().find(name);
            if (entry != null) {
                session.statements().remove(entry);
            }
        }
        deferred = begin;
        refused = true;
        return attempt.take();
    }

    /** The transaction has run nothing yet on the replica, and must not: it begins elsewhere. */
    private Step move() {
        deferred = begin;
        begin = null;
        session.rollBack();
        return Step.WAITS;
    }

    /** All is answered and no block is open; true if something is still to be asked. */
    boolean asksNow() {
        return !isOnReplica()
                && session.mode() != PoolMode.SESSION
                && isCausal()
                && commits.asksNow(session.server(), cluster.topology().walSegmentBytes());
    }

    void staysOpen() {
        commits.staysOpen();
    }

    /** The connection was given back. */
    void released() {
        if (definesFunctions) {
            definesFunctions = false;
            cluster.functionsChanged();
        }
        if (counted) {
            counted = false;
            loads.ends(Math.max(node, 0));
            if (isOnReplica() && isCausal()) {
                choice.read(System.nanoTime());
            }
        }
        if (attempt.isOpen()) {
            attempt.forget();
        }
        begin = null;
        beginSent = null;
    }

    /** The session has ended, or its connection. */
    void lost() {
        commits.lost();
        released();
    }

    void close() {
        stopWaiting();
        lost();
        attempt.forget();
    }

    private String notice() {
        boolean isFunction = reason == Reason.FUNCTION;
        Access worst = scan.worst();
        String word = isFunction ? worst.forbidden(cluster.functions()) : worst.token();
        return RouteNotice.text(cluster.topology(), node, reason, word, required);
    }
}
