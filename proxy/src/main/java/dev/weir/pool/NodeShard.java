package dev.weir.pool;

import dev.weir.backend.ServerConnection;
import dev.weir.backend.Statements;
import dev.weir.config.PoolSettings;
import dev.weir.config.ServerAddress;
import dev.weir.error.EndReason;
import dev.weir.error.Refusal;
import dev.weir.metrics.LoopMeters;
import dev.weir.metrics.Metric;
import dev.weir.metrics.Readings;
import dev.weir.metrics.Timing;
import dev.weir.net.LoopConfined;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a {@link NodePool} that live on one loop, leased or idle. Clients wait
 * elsewhere, see {@link Demand}.
 */
@LoopConfined
public final class NodeShard implements Lease.Owner, Openings.Opened {
    /** How long a cancel may take if the query's connection is closed anyway. */
    private static final long CANCEL_MILLIS_MAX = 10_000;

    /**
     * The lifetimes of connections are shortened by up to this part, so that connections opened
     * together do not end together.
     */
    private static final double LIFETIME_JITTER = 0.1;

    private final NodePool pool;
    private final int index;
    private final Demand demand;
    private final EventLoop loop;
    private final Openings openings;
    private final IdleLeases idle = new IdleLeases();
    private final Cleaning cleaning;
    private final IdleChoice choice;
    private final Set<Lease> leases = new LinkedHashSet<>();
    private final LoopMeters meters = new LoopMeters();

    /** The connections on which clients listen together. */
    private final ListeningConnections listening = new ListeningConnections();

    private Gate gate;

    /** How many connections are being tested, reset or wiped, and are free afterwards. */
    private int coming;

    NodeShard(NodePool pool, int index, Demand demand, EventLoop loop, Statements statements) {
        this.pool = pool;
        this.index = index;
        this.demand = demand;
        this.loop = loop;
        this.openings = new Openings(pool, index, demand, this, statements);
        this.cleaning = new Cleaning(pool, this::free, meters);
        this.choice = new IdleChoice(pool, idle, openings, cleaning, this, meters);
        this.gate = pool.gate();
    }

    @Override
    public EventLoop loop() {
        return loop;
    }

    public NodePool pool() {
        assertInLoop();
        return pool;
    }

    @Override
    public int node() {
        assertInLoop();
        return pool.key().node();
    }

    // --- leasing ------------------------------------------------------------------------------

    /** Leases an idle connection to a waiter, if there is one and nobody has waited longer. */
    boolean leaseNow(Waiter waiter) {
        Lease ready = gate.leases() && demand.first(node()) == null ? choice.poll(waiter) : null;
        if (ready == null) {
            return false;
        }
        hand(ready, waiter, 0);
        return true;
    }

    private void hand(Lease lease, Waiter waiter, long waitedNanos) {
        lease.become(Lease.State.LEASED);
        lease.usedBySession(waiter.isWholeSession());
        if (waiter.isForClient()) {
            meters.increment(Metric.LEASES);
        }
        meters.record(Timing.WAIT, waitedNanos);
        lease.waited(waiter, waitedNanos);
        waiter.leased(lease);
    }

    private void serve(Waiting entry, Lease lease) {
        Waiter waiter = entry.waiter();
        long waitedNanos = nanoTime() - entry.sinceNanos();
        demand.take(entry);
        noteIfQuiet();
        hand(lease, waiter, waitedNanos);
    }

    /** Wipes the idle connections on which a client that is gone may have left some state. */
    void clientLeft(long client) {
        for (Lease lease : idle.all()) {
            if (lease.isStainedBy(client)) {
                idle.remove(lease);
                cleaning.wipe(lease);
            }
        }
    }

    @Override
    public void stateChanged(Lease.State before, Lease.State next) {
        assertInLoop();
        if (isComing(before)) {
            coming--;
        }
        if (isComing(next)) {
            coming++;
        }
    }

    /** How many connections are being opened, tested, reset or wiped, and will soon be free. */
    int coming() {
        return coming + openings.count();
    }

    private static boolean isComing(Lease.State state) {
        return switch (state) {
            case TESTING, RESETTING, WIPING -> true;
            default -> false;
        };
    }

    // --- returning ----------------------------------------------------------------------------

    /** Every path from one holder of a connection to the next goes through here. */
    @Override
    public void returned(Lease lease) {
        assertInLoop();
        ServerConnection server = lease.server();
        lease.become(Lease.State.RETURNED);
        server.holder(null);
        if (server.cancels().count() > 0) {
            lease.become(Lease.State.CANCEL_HELD);
            server.cancels().whenDone(() -> loop.execute(() -> resume(lease)));
            return;
        }
        PoolSettings settings = pool.settings();
        String unclean = lease.uncleanReason(settings, nanoTime());
        if (unclean != null) {
            discard(lease, unclean);
            return;
        }
        server.reading(true);
        if (!cleaning.reset(lease)) {
            free(lease);
        }
    }

    private void resume(Lease lease) {
        if (lease.state() == Lease.State.CANCEL_HELD) {
            returned(lease);
        }
    }

    /**
     * Passes a clean connection on to the longest waiter, a shard that starves, or the idle ones.
     */
    private void free(Lease lease) {
        if (lease.state() == Lease.State.GONE) {
            return;
        }
        String useless = uselessReason(lease);
        if (useless != null) {
            discard(lease, useless);
            return;
        }
        if (lease.isOrphaned()) {
            cleaning.wipe(lease);
            return;
        }
        Waiting next = gate.leases() ? demand.first(node()) : null;
        if (next == null && pool.anotherStarves(index)) {
            discard(lease, EndReason.OTHER_SHARD_WAITS.words());
        } else if (next == null) {
            lease.become(Lease.State.IDLE);
            idle.add(lease);
        } else if (!IdleChoice.matches(lease, next.waiter())) {
            lease.become(Lease.State.IDLE);
            idle.add(lease);
            fill(); // there may be a better one
        } else if (!next.waiter().accepts(lease.server())) {
            discard(lease, EndReason.CUSTOM_SETTINGS_STAY.words());
        } else if (!lease.isCleanFor(next.waiter().client())) {
            cleaning.wipe(lease);
        } else {
            serve(next, lease);
        }
    }

    private @Nullable String uselessReason(Lease lease) {
        if (!lease.server().isOpen()) {
            return EndReason.SERVER_CRASHED.words();
        }
        if (!gate.keepsConnections()) {
            return EndReason.PAUSED.words();
        }
        if (lease.server().closeNeeded()) {
            return EndReason.CLOSE_NEEDED.words();
        }
        if (pool.anotherStarves(index) && leases.size() > pool.fairShare()) {
            return EndReason.OTHER_SHARD_STARVES.words();
        }
        return null;
    }

    /** Closes a connection. Its permit is freed when its socket is gone. */
    @Override
    public void discard(Lease lease, String reason) {
        assertInLoop();
        if (lease.state() == Lease.State.GONE) {
            return;
        }
        if (lease.state() == Lease.State.IDLE) {
            idle.remove(lease);
        }
        lease.become(Lease.State.GONE);
        leases.remove(lease);
        ServerConnection server = lease.server();
        pool.closes(server, reason);
        if (server.isOpen() && server.ledger().outstanding() > 0) {
            // Otherwise it would run until its query is done, and count against the pool until
            // then.
            server.cancel(pool.cancels(), CANCEL_MILLIS_MAX, () -> {});
        }
        server.close(reason);
    }

    // --- opening ------------------------------------------------------------------------------

    @Override
    public void examine(ServerAddress host, Consumer<Boolean> told) {
        assertInLoop();
        if (pool.hosts().isAway(host)) {
            told.accept(true);
        } else if (!gate.leases() || !openings.examine(host, told)) {
            told.accept(false);
        }
    }

    /** Serves waiting clients with idle connections, and opens more within the limits. */
    @Override
    public void fill() {
        assertInLoop();
        if (!gate.leases()) {
            return;
        }
        serveFromIdle();
        openings.open(coming);
        noteIfQuiet();
    }

    private void serveFromIdle() {
        while (!idle.isEmpty()) {
            Waiting next = demand.first(node());
            Lease ready = next == null ? null : choice.poll(next.waiter());
            if (next == null || ready == null) {
                return;
            }
            serve(next, ready);
        }
    }

    /** Notes that this shard no longer starves, if nobody waits for it. */
    void noteIfQuiet() {
        if (demand.isQuiet(node())) {
            pool.noteFed(index);
        }
    }

    @Override
    public Lease adopt(ServerConnection connection) {
        assertInLoop();
        pool.reached(connection);
        double jitter = 1 - LIFETIME_JITTER * pool.surroundings().chance().nextDouble();
        long lifetime = (long) (pool.settings().serverLifetime().toNanos() * jitter);
        var lease = new Lease(this, connection, lifetime == 0 ? Long.MAX_VALUE : lifetime);
        lease.observe(pool.surroundings().observers().of(pool.key(), connection));
        leases.add(lease);
        return lease;
    }

    @Override
    public void openedAfter(long nanos) {
        assertInLoop();
        meters.record(Timing.CONNECT, nanos);
    }

    @Override
    public void opened(Lease lease) {
        assertInLoop();
        free(lease);
    }

    @Override
    public void openedFor(Waiting entry, Lease lease) {
        assertInLoop();
        lease.dedicate();
        noteIfQuiet();
        hand(lease, entry.waiter(), nanoTime() - entry.sinceNanos());
    }

    // --- housekeeping -------------------------------------------------------------------------

    /** Housekeeping; called three times a second. */
    void tick() {
        idle.expire(pool, leases.size(), nanoTime(), this::discard);
        pool.noteFed(index);
        openings.tick();
        fill();
        if (gate.leases()) {
            openings.keepMinimum();
        }
    }

    /** A connection was opened, after there had been none and none could be opened. */
    void serverIsBack() {
        demand.serverIsBack(node());
        fill();
    }

    @Override
    public boolean evictIdle(String reason) {
        assertInLoop();
        Lease oldest = idle.longestIdle();
        if (oldest == null) {
            return false;
        }
        discard(oldest, reason);
        return true;
    }

    /** Closes an idle connection, since its permit is needed elsewhere. */
    boolean evictIdle() {
        return evictIdle(EndReason.EVICTED.words());
    }

    /** Closes the idle connections, and marks the others to be closed when they are returned. */
    void recycle(EndReason why) {
        for (Lease lease : leases) {
            lease.server().markCloseNeeded();
        }
        closeIdle(why.words());
        listening.renew(why.words());
        fill();
    }

    /** Closes or marks in the same way the connections to addresses that a host no longer has. */
    void abandon(String host, Set<InetAddress> addresses) {
        for (Lease lease : List.copyOf(leases)) {
            ServerConnection server = lease.server();
            if (ListeningConnections.isAt(server, host, addresses)) {
                server.markCloseNeeded();
                if (lease.state() == Lease.State.IDLE) {
                    discard(lease, EndReason.ADDRESS_CHANGED.words());
                }
            }
        }
        listening.renew(host, addresses);
        fill();
    }

    /** Closes the idle connections; those that are being opened are closed once they are open. */
    private void closeIdle(String reason) {
        openings.forsake();
        for (Lease lease : idle.all()) {
            discard(lease, reason);
        }
    }

    /** The gate has changed, or may have. */
    void gateMoved() {
        boolean leased = gate.leases();
        gate = pool.gate();
        if (!gate.keepsConnections()) {
            closeIdle(EndReason.PAUSED.words());
            listening.shut(EndReason.PAUSED.words());
        } else if (!leased) {
            fill();
        }
    }

    Gate gate() {
        return gate;
    }

    /** Whether no connection is left, except those that are being opened and will not be used. */
    public boolean isDrained() {
        assertInLoop();
        return leases.isEmpty() && listening.isEmpty();
    }

    /** The connections on which clients listen together; they open and close by themselves. */
    ListeningConnections listening() {
        return listening;
    }

    /** Whether no connection is left that is marked to be closed. */
    public boolean isRecycled() {
        assertInLoop();
        for (Lease lease : leases) {
            if (lease.server().closeNeeded()) {
                return false;
            }
        }
        return true;
    }

    /** Closes every connection now, whoever holds it. */
    public void kill(String reason) {
        assertInLoop();
        openings.forsake();
        for (Lease lease : List.copyOf(leases)) {
            discard(lease, reason);
        }
        listening.shut(reason);
    }

    /** Cuts off every connection now; its holder is told why. */
    void cutOff(Refusal why) {
        assertInLoop();
        openings.forsake();
        for (Lease lease : List.copyOf(leases)) {
            lease.server().cutOff(why);
            discard(lease, why.text()); // unless its holder has done so
        }
        listening.renew(why.text());
        fill();
    }

    // --- for the console ----------------------------------------------------------------------

    /** The counters of this shard, and gauges of its connections. */
    public Readings read() {
        assertInLoop();
        long now = nanoTime();
        PoolSettings settings = pool.settings();
        meters.clearGauges();
        for (Lease lease : leases) {
            Metric kind = lease.metric(settings, now);
            if (kind != null) {
                meters.increment(kind);
            }
            meters.add(Metric.CANCELS, lease.server().cancels().count());
            meters.add(Metric.SERVER_STATEMENTS, lease.server().statements().size());
        }
        meters.set(Metric.SERVERS_OPENING, openings.count());
        return meters.read();
    }

    /** A snapshot of each of its connections, in no particular order. */
    public List<LeaseSnapshot> snapshots() {
        assertInLoop();
        long now = nanoTime();
        PoolSettings settings = pool.settings();
        var all = new ArrayList<LeaseSnapshot>();
        for (Lease lease : leases) {
            all.add(lease.snapshot(pool.key(), settings, now));
        }
        all.addAll(listening.snapshots(pool.key()));
        return all;
    }

    /** Its connections, in no particular order. */
    public List<Lease> leases() {
        assertInLoop();
        return List.copyOf(leases);
    }
}
