package dev.weir.pool;

import dev.weir.backend.ServerFailure;
import dev.weir.backend.Statements;
import dev.weir.config.PoolSettings;
import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;
import dev.weir.metrics.LoopMeters;
import dev.weir.metrics.Metric;
import dev.weir.metrics.Readings;
import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import dev.weir.net.LoopTurn;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The home of some of a pool's clients, on one loop. Those that wait for a server connection stand
 * in one line, whichever node they wait for. The connections are on the same loop, in a {@link
 * NodeShard} for each node.
 */
@LoopConfined
public final class ClientShard implements LoopOwned {
    /**
     * Stands for whichever node is the primary, or for the only server where there are no nodes.
     */
    public static final int PRIMARY = -1;

    private final ClientPool pool;
    private final int index;
    private final EventLoop loop;
    private final ShardClients clients = new ShardClients();
    private final Statements statements;
    private final LoopMeters meters = new LoopMeters();
    private final WaitingLine line = new WaitingLine();
    private final RecentCommits commits = new RecentCommits();

    private final PinLine pinLine;
    private final Waiters waiters = new Waiters(this, line);
    private final LoopTurn turn;

    /** Indexed by node plus one; index 0 is for the hosts, where there are no nodes. */
    private @Nullable NodeShard[] shards = new NodeShard[1];

    /** The connections on which its clients listen together, by client_encoding. */
    private final Map<String, ListeningConnection> listening = new HashMap<>();

    private Gate gate;

    private final PrimaryGate primaryGate;

    private long tickedNanos;

    ClientShard(ClientPool pool, int index, EventLoop loop) {
        this.pool = pool;
        this.index = index;
        this.loop = loop;
        this.turn = new LoopTurn(loop);
        this.statements =
                new Statements(loop, pool.allowance().statements().on(loop), pool.catalog());
        this.pinLine = new PinLine(this);
        this.gate = pool.gate();
        this.primaryGate = new PrimaryGate(pool.primaryGate());
        this.tickedNanos = nanoTime();
    }

    @Override
    public EventLoop loop() {
        return loop;
    }

    public ClientPool pool() {
        assertInLoop();
        return pool;
    }

    /** The prepared statements that clients and connections of this shard share. */
    public Statements statements() {
        assertInLoop();
        return statements;
    }

    /** The same; may be called on any loop, for the connections that belong to this shard. */
    Statements statementsOfLoop() {
        return statements;
    }

    /** Tells one turn of the loop from the next. */
    public LoopTurn loopTurn() {
        assertInLoop();
        return turn;
    }

    /** How many clients live here; shared by all loops. */
    ShardClients clients() {
        return clients;
    }

    /** The clients that wait here, as the connections see them. */
    Demand demand() {
        return waiters;
    }

    /** What this shard counts. */
    public LoopMeters meters() {
        assertInLoop();
        return meters;
    }

    /** What its clients were told to be committed. */
    public RecentCommits commits() {
        assertInLoop();
        return commits;
    }

    // --- leasing ------------------------------------------------------------------------------

    /**
     * Leases a connection: at once, or as soon as all who came before have had theirs. Exactly one
     * of the waiter's methods {@code leased} and {@code refused} is called, perhaps before this
     * returns, unless {@link #forget} is called first. Where there are nodes, the connection is to
     * the primary.
     */
    public void lease(Waiter waiter) {
        assertInLoop();
        lease(waiter, PRIMARY);
    }

    /**
     * Like {@link #lease(Waiter)}, but for any node.
     *
     * @param node the index of the node that the connection is to go to
     */
    public void lease(Waiter waiter, int node) {
        assertInLoop();
        if (gate.has(Gate.Cause.SHUTDOWN)) {
            waiter.refused(ProxyError.SERVER_SHUTTING_DOWN.refusal());
            return;
        }
        NodeShard from = serving(node);
        if (from != null
                && waiter.dedicated() == null
                && (node != PRIMARY || primaryGate.admits(waiter))
                && from.leaseNow(waiter)) {
            return;
        }
        if (node == PRIMARY && primaryGate.putsAside(waiter)) {
            line.joinAside(waiter, nanoTime());
            return;
        }
        boolean isHeld = from != null && mustHold(node, from);
        if (isHeld && !pool.allowance().mayHold()) {
            waiter.refused(ProxyError.TOO_MANY_HELD.refusal());
            return;
        }
        Waiting entry = line.join(waiter, node, nanoTime());
        if (from != null) {
            if (isHeld) {
                entry.hold(from.pool().hosts().held());
            }
            from.fill();
        }
    }

    /**
     * Like {@link #lease(Waiter, int)}, once there is a place among the pinned for the waiter.
     * Until then it blocks nobody.
     */
    public void leasePinned(Waiter waiter, int node) {
        assertInLoop();
        if (gate.has(Gate.Cause.SHUTDOWN)) {
            waiter.refused(ProxyError.SERVER_SHUTTING_DOWN.refusal());
            return;
        }
        pinLine.join(waiter, node);
    }

    /** A place among the pinned has been taken for a waiter, which may be gone by now. */
    void placed(Waiting entry) {
        assertInLoop();
        if (pinLine.remove(entry)) {
            entry.waiter().placed();
            lease(entry.waiter(), entry.node());
        } else {
            pool.places().free();
        }
    }

    /** Whether a client that takes any server has to wait because the server is away. */
    boolean mustHold(int node, NodeShard from) {
        return node == PRIMARY && !pool.settings().hold().isZero() && from.pool().isAway();
    }

    /** Takes a waiter out of the line: its client is gone or cancelled. */
    public void forget(Waiter waiter) {
        assertInLoop();
        if (pinLine.forget(waiter)) {
            return;
        }
        Waiting entry = line.find(waiter);
        if (entry != null && line.remove(entry)) {
            noteIfQuiet(entry);
        }
    }

    /**
     * Whether a waiter waits for no other client: its connection is being opened, tested or wiped.
     */
    public boolean isServedSoon(Waiter waiter) {
        assertInLoop();
        Waiting entry = line.find(waiter);
        NodeShard from = entry == null ? null : serving(entry.node());
        return entry != null && from != null && line.isAmongFirst(entry, from.coming());
    }

    /** Whether anybody waits here for a connection. */
    public boolean hasWaiters() {
        assertInLoop();
        return !line.isEmpty();
    }

    /** A client is gone that may have left some state on connections that it returned. */
    public void clientLeft(long client) {
        assertInLoop();
        nodes().forEach(shard -> shard.clientLeft(client));
    }

    /** The connection on which its clients with this client_encoding listen together. */
    public ListeningConnection listening(String encoding) {
        assertInLoop();
        return listening.computeIfAbsent(
                encoding, _ -> new ListeningConnection(this, encoding, pool.chance().nextLong()));
    }

    /** The connections to the primary; null if no primary is known. */
    public @Nullable NodeShard primary() {
        assertInLoop();
        return serving(PRIMARY);
    }

    private void noteIfQuiet(Waiting gone) {
        NodeShard from = serving(gone.node());
        if (from != null) {
            from.noteIfQuiet();
        }
    }

    /** All leave the line first: a refused client may come back, and others may be served. */
    void refuse(List<Waiting> all, Refusal why) {
        all.removeIf(entry -> !line.remove(entry));
        for (Waiting entry : all) {
            noteIfQuiet(entry);
            entry.waiter().refused(why);
        }
    }

    // --- nodes --------------------------------------------------------------------------------

    /** The connections for clients that wait for {@code node}; null if no primary is known. */
    private @Nullable NodeShard serving(int node) {
        Nodes nodes = pool.nodes();
        if (nodes == null) {
            return shard(PoolKey.NO_NODE);
        }
        int at = node == PRIMARY ? nodes.primary() : node;
        return at < 0 ? null : shard(at);
    }

    NodeShard shard(int node) {
        int at = node + 1;
        NodeShard known = at < shards.length ? shards[at] : null;
        if (known != null) {
            return known;
        }
        NodeShard found = pool.onNode(node).shard(index);
        if (at >= shards.length) {
            shards = Arrays.copyOf(shards, at + 1);
        }
        shards[at] = found;
        return found;
    }

    /** Whether this node serves those who wait for the primary. */
    boolean isPrimary(int node) {
        Nodes nodes = pool.nodes();
        return nodes == null ? node == PoolKey.NO_NODE : nodes.primary() == node;
    }

    /** The same, and the gate of the primary is open. */
    boolean servesPrimary(int node) {
        return primaryGate.leases() && isPrimary(node);
    }

    /**
     * The primary or the nodes have changed: clients that wait for a node that was the primary, or
     * that is no longer there, now wait for the primary.
     *
     * @param before that node; {@link #PRIMARY} for none
     */
    void nodesChanged(int before) {
        for (WaitingLine each : List.of(line, pinLine.line())) {
            if (pool.nodes() == null) {
                each.redirectAll();
            } else if (before >= 0) {
                each.redirect(before);
            }
        }
        NodeShard primary = serving(PRIMARY);
        if (primary != null && !line.isEmpty()) {
            primary.fill();
        }
    }

    /**
     * The connections of its clients, by node, in the order in which any loop first used the nodes.
     */
    public List<NodeShard> nodes() {
        assertInLoop();
        var all = new ArrayList<NodeShard>();
        for (NodePool node : pool.nodePools()) {
            all.add(node.shard(index));
        }
        return all;
    }

    // --- the gate -----------------------------------------------------------------------------

    /** Whether its clients are to leave as soon as they have no transaction open. */
    public boolean letsGo() {
        assertInLoop();
        return gate.letsGo();
    }

    /** The gate of the database has changed, or may have; each node is told of its own gate. */
    void gateMoved() {
        gate = pool.gate();
        if (primaryGate.moves(pool.primaryGate(), line) && !line.isEmpty()) {
            NodeShard primary = serving(PRIMARY);
            if (primary != null) {
                primary.fill();
            }
        }
        if (gate.has(Gate.Cause.SHUTDOWN)) {
            refuse(line.everyone(), ProxyError.SERVER_SHUTTING_DOWN.refusal());
            pinLine.refuseAll(ProxyError.SERVER_SHUTTING_DOWN.refusal());
        }
    }

    /** Whether clients wait because the server is away. */
    public boolean isAway() {
        assertInLoop();
        NodeShard from = serving(PRIMARY);
        return from != null && mustHold(PRIMARY, from);
    }

    /** Whether the gate of the whole database lets clients get server connections now. */
    public boolean isOpen() {
        assertInLoop();
        return gate.leases();
    }

    // --- housekeeping -------------------------------------------------------------------------

    /** Housekeeping; called three times a second. */
    void tick() {
        PoolSettings settings = pool.settings();
        if (!line.isEmpty() || !pinLine.line().isEmpty()) {
            excuseHeld();
            expire(settings.queryWaitTimeout().toNanos());
            refuseWithoutPrimary();
            notify(pool.waitNotify().toNanos());
        }
        tickedNanos = nanoTime();
        if (index == 0 && pool.wantsMinimum() && settings.minPoolSize() > 0) {
            serving(PRIMARY); // creates it, so that it keeps the minimum
        }
        nodes().forEach(NodeShard::tick);
        listening.values().forEach(ListeningConnection::tick);
    }

    /** Time spent waiting behind a gate that holds does not count. */
    private void excuseHeld() {
        long now = nanoTime();
        boolean holds = gate.holds() || primaryGate.holdsAny();
        for (NodeShard shard : nodes()) {
            holds |= shard.gate().holds();
        }
        if (holds) {
            forEachWaiting(entry -> {
                NodeShard from = serving(entry.node());
                if (primaryGate.holds(entry)
                        || (from == null ? gate.holds() : from.gate().holds())) {
                    entry.excuse(tickedNanos, now);
                }
            });
        }
    }

    /** Refuses those who wait for a primary if none has been known for longer than {@code hold}. */
    private void refuseWithoutPrimary() {
        long patience = pool.patienceWithoutPrimaryNanos();
        if (patience < Long.MAX_VALUE && primaryGate.leases()) {
            refuse(
                    line.impatient(PRIMARY, true, patience, nanoTime()),
                    ProxyError.NO_PRIMARY.refusal(pool.key().database()));
        }
    }

    private void expire(long limitNanos) {
        if (limitNanos > 0) {
            line.takeExpired(
                    limitNanos,
                    nanoTime(),
                    entry -> {
                        noteIfQuiet(entry);
                        entry.waiter().refused(tooLate(entry));
                    });
            pinLine.expire(limitNanos);
        }
    }

    private void forEachWaiting(Consumer<Waiting> action) {
        line.forEach(action);
        pinLine.line().forEach(action);
    }

    private Refusal tooLate(Waiting entry) {
        Refusal plain = ProxyError.QUERY_WAIT_TIMEOUT.refusal();
        NodeShard from = serving(entry.node());
        ServerFailure why = from == null ? null : from.pool().absence();
        return why == null || !entry.isHeld()
                ? plain
                : plain.withHint("The server is away: " + why.message() + ".");
    }

    /** Sends a notice to those who have waited for long. */
    private void notify(long limitNanos) {
        long now = nanoTime();
        if (limitNanos > 0) {
            forEachWaiting(entry -> {
                if (now - entry.sinceNanos() > limitNanos) {
                    entry.notifyOnce();
                }
            });
        }
    }

    // --- for the console ----------------------------------------------------------------------

    /** The counters and gauges of this shard and its connections. */
    public Readings read() {
        assertInLoop();
        meters.clearGauges();
        meters.set(Metric.CLIENT_STATEMENTS, statements.size());
        meters.set(Metric.WAITING_CLIENTS, line.size() + pinLine.line().size());
        meters.set(
                Metric.OLDEST_WAIT,
                Math.max(line.longest(nanoTime()), pinLine.line().longest(nanoTime())));
        Readings all = meters.read();
        for (NodeShard shard : nodes()) {
            all = all.plus(shard.read());
        }
        return all;
    }

    /** The clients that wait for a connection, and since when. */
    public Map<Waiter, Long> waiters() {
        assertInLoop();
        return line.since();
    }

    /** The clients that wait for a place among the pinned, and since when. */
    public Map<Waiter, Long> waitersForPin() {
        assertInLoop();
        return pinLine.line().since();
    }

    /** How many clients wait for the primary or for a dedicated connection. */
    public int waitingForPrimary() {
        assertInLoop();
        return line.countForPrimary();
    }

    /** A snapshot of each of its connections, to whichever node. */
    public List<LeaseSnapshot> servers() {
        assertInLoop();
        var all = new ArrayList<LeaseSnapshot>();
        nodes().forEach(shard -> all.addAll(shard.snapshots()));
        return all;
    }
}
