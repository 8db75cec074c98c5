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
 * The home of some of a pool's clients, on one loop: those of them who wait for a server
 * connection, in one line, whatever node they wait for. The connections are beside it, in a {@link
 * NodeShard} for each node.
 */
@LoopConfined
public final class ClientShard implements LoopOwned {
    /** Stands for the node that is the primary, or for the one server there is. */
    public static final int PRIMARY = -1;

    private final ClientPool pool;
    private final int index;
    private final EventLoop loop;
    private final ShardClients clients = new ShardClients();
    private final Statements statements;
    private final LoopMeters meters = new LoopMeters();
    private final WaitingLine line = new WaitingLine();

    private final PinLine pinLine;
    private final Waiters waiters = new Waiters(this, line);
    private final LoopTurn turn;

    /** By the index of the node plus one; first that of the hosts, where there are no nodes. */
    private @Nullable NodeShard[] shards = new NodeShard[1];

    /** Those on which its clients listen together, by client_encoding; made when needed. */
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

    /** The same, for the connections that are made for this shard on another loop. */
    Statements statementsOfLoop() {
        return statements;
    }

    /** Which turn of the loop this is. */
    public LoopTurn loopTurn() {
        assertInLoop();
        return turn;
    }

    /** How many clients live here; shared by all loops. */
    ShardClients clients() {
        return clients;
    }

    /** Who waits here, as connections see it. */
    Demand demand() {
        return waiters;
    }

    /** What this shard counts. */
    public LoopMeters meters() {
        assertInLoop();
        return meters;
    }

    // --- leasing ------------------------------------------------------------------------------

    /**
     * Leases a connection: at once, or as soon as all who came before have had theirs. Exactly one
     * of the waiter's methods is called, perhaps before this returns, unless {@link #forget} comes
     * first. Where there are nodes, it is one to the primary.
     */
    public void lease(Waiter waiter) {
        assertInLoop();
        lease(waiter, PRIMARY);
    }

    /**
     * As {@link #lease(Waiter)}.
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
        boolean isHeld = from != null && waits(node, from);
        if (isHeld && !pool.allowance().mayHold()) {
            waiter.refused(ProxyError.TOO_MANY_HELD.refusal());
            return;
        }
        Waiting entry = line.join(waiter, node, nanoTime());
        if (from != null) {
            if (isHeld) {
                entry.isHeld(from.pool().hosts().held());
            }
            from.fill();
        }
    }

    /**
     * As {@link #lease(Waiter, int)}, once there is a place among the pinned for the waiter. It
     * stands in nobody's way meanwhile.
     */
    public void leasePinned(Waiter waiter, int node) {
        assertInLoop();
        if (gate.has(Gate.Cause.SHUTDOWN)) {
            waiter.refused(ProxyError.SERVER_SHUTTING_DOWN.refusal());
            return;
        }
        pinLine.join(waiter, node);
    }

    /** A place among the pinned was taken for a waiter, which may be gone by now. */
    void placed(Waiting entry) {
        assertInLoop();
        if (pinLine.remove(entry)) {
            entry.waiter().placed();
            lease(entry.waiter(), entry.node());
        } else {
            pool.places().free();
        }
    }

    /** Whether someone who takes any server waits, because the server is away. */
    boolean waits(int node, NodeShard from) {
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
     * Whether a waiter waits for no other client: a connection is being opened, tested or wiped for
     * it.
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

    /** A client is gone that may have left something on connections that it has given back. */
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

    /** Where the connections to the primary are; null if none is known. */
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

    /** All leave the line first: who is told may come again, and others may be served. */
    void refuse(List<Waiting> all, Refusal why) {
        all.removeIf(entry -> !line.remove(entry));
        for (Waiting entry : all) {
            noteIfQuiet(entry);
            entry.waiter().refused(why);
        }
    }

    // --- nodes --------------------------------------------------------------------------------

    /**
     * Where the connections are for those who wait for {@code node}; null if no primary is known.
     */
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

    /** Whether those who wait for the primary are served there. */
    boolean isPrimary(int node) {
        Nodes nodes = pool.nodes();
        return nodes == null ? node == PoolKey.NO_NODE : nodes.primary() == node;
    }

    /** Whether those who wait for the primary are served there now. */
    boolean servesPrimary(int node) {
        return primaryGate.leases() && isPrimary(node);
    }

    /**
     * There is another primary, or there are other nodes: whoever waited for one that is not what
     * it was waits for the primary.
     *
     * @param before the node that is not the primary any more, or no node at all; {@link #PRIMARY}
     *     for none
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
     * Where its clients have their connections, by node, in the order in which they were first used
     * by any loop.
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

    /** The gate of the database has moved, or may have; those of nodes are told by themselves. */
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
        return from != null && waits(PRIMARY, from);
    }

    /** Whether clients get server connections now, as far as the whole database goes. */
    public boolean isOpen() {
        assertInLoop();
        return gate.leases();
    }

    // --- housekeeping -------------------------------------------------------------------------

    /** What time brings: called three times a second. */
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
            serving(PRIMARY); // it keeps the minimum
        }
        nodes().forEach(NodeShard::tick);
        listening.values().forEach(ListeningConnection::tick);
    }

    /** A wait that a gate holds up does not count. */
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

    /** Nobody knows a primary, and for longer than {@code hold}. */
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

    /** Tells those who wait for long that they do. */
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

    /** What this shard and its connections have counted, and what they have now. */
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

    /** Who waits for a connection, and since when. */
    public Map<Waiter, Long> waiters() {
        assertInLoop();
        return line.since();
    }

    /** Who waits for a place among the pinned, and since when. */
    public Map<Waiter, Long> waitersForPin() {
        assertInLoop();
        return pinLine.line().since();
    }

    /** How many wait for the primary, or for a connection of their own. */
    public int waitingForPrimary() {
        assertInLoop();
        return line.countForPrimary();
    }

    /** What each of its connections is now, to whichever node. */
    public List<LeaseSnapshot> servers() {
        assertInLoop();
        var all = new ArrayList<LeaseSnapshot>();
        nodes().forEach(shard -> all.addAll(shard.snapshots()));
        return all;
    }
}
