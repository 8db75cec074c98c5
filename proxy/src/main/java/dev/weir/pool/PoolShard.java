package dev.weir.pool;

import dev.weir.backend.Opener;
import dev.weir.backend.ParameterSet;
import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerFailure;
import dev.weir.backend.ServerTarget;
import dev.weir.backend.Statements;
import dev.weir.config.PoolSettings;
import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;
import dev.weir.metrics.LoopMeters;
import dev.weir.metrics.Metric;
import dev.weir.metrics.Readings;
import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The part of a pool that lives on one loop: its waiters, oldest first, and its connections. */
@LoopConfined
public final class PoolShard implements LoopOwned {
    /** How many connections one shard opens at the same time. */
    private static final int OPENING_MAX = 64;

    /** How long a cancel of a query may take whose connection is closed anyway. */
    private static final long CANCEL_MILLIS_MAX = 10_000;

    /** The lifetimes of connections opened together end over this part of their length. */
    private static final double LIFETIME_JITTER = 0.1;

    private final Pool pool;
    private final int index;
    private final EventLoop loop;
    private final ShardClients clients = new ShardClients();
    private final Statements statements;
    private final boolean ownsStatements;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final ArrayDeque<Lease> idle = new ArrayDeque<>();
    private final Set<Lease> leases = new LinkedHashSet<>();
    private final LoopMeters meters = new LoopMeters();
    private int opening;
    private int dedicatedWaiting;
    private int dedicatedOpening;
    private int testing;
    private boolean paused;
    private PoolShard[] onNodes = {};

    /** Grows when the connections that are being opened will be of no use. */
    private int epoch;

    PoolShard(Pool pool, int index, EventLoop loop) {
        this.pool = pool;
        this.paused = pool.isPaused();
        this.index = index;
        this.loop = loop;
        this.statements = new Statements(loop);
        this.ownsStatements = true;
    }

    /** The shard of a node that serves the clients of {@code home}. */
    PoolShard(Pool pool, int index, PoolShard home) {
        this.pool = pool;
        this.paused = pool.isPaused();
        this.index = index;
        this.loop = home.loop;
        this.statements = home.statements;
        this.ownsStatements = false;
    }

    @Override
    public EventLoop loop() {
        return loop;
    }

    public Pool pool() {
        assertInLoop();
        return pool;
    }

    /** The prepared statements that clients and connections of this shard share. */
    public Statements statements() {
        assertInLoop();
        return statements;
    }

    // --- nodes --------------------------------------------------------------------------------

    /**
     * Where the clients of this shard have their connections to a node: on the same loop, with the
     * same {@link #statements}.
     */
    public PoolShard onNode(int node) {
        assertInLoop();
        PoolShard known = node < onNodes.length ? onNodes[node] : null;
        if (known != null && !known.pool.isGone()) {
            return known;
        }
        PoolShard found = pool.onNode(node).shards().get(index);
        if (node >= onNodes.length) {
            onNodes = Arrays.copyOf(onNodes, node + 1);
        }
        onNodes[node] = found;
        return found;
    }

    /** Lets those who wait here wait where the primary is, if that is known. */
    private void sendToPrimary(Nodes nodes) {
        int primary = nodes.primary();
        if (primary >= 0 && !waiting.isEmpty()) {
            move(onNode(primary));
        }
    }

    /** Its node is the primary no more, or no node any more: who waits here wanted that. */
    void sendHome() {
        assertInLoop();
        move(pool.home().shards().get(index));
        recycle();
    }

    private void move(PoolShard to) {
        for (Waiting entry : List.copyOf(waiting)) {
            if (!entry.opening) {
                waiting.remove(entry);
                left(entry);
                to.join(entry);
            }
        }
        to.fill();
    }

    private void join(Waiting entry) {
        waiting.add(entry);
        dedicatedWaiting += entry.isDedicated ? 1 : 0;
    }

    /** How many clients live here; shared by all loops. */
    ShardClients clients() {
        return clients;
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
        Nodes nodes = pool.nodes();
        int primary = nodes == null ? PoolKey.NO_NODE : nodes.primary();
        if (primary >= 0) {
            onNode(primary).lease(waiter);
            return;
        }
        boolean mayHave = waiting.isEmpty() && !paused && waiter.dedicated() == null;
        Lease ready = mayHave ? pollIdle(waiter) : null;
        if (ready != null) {
            hand(ready, waiter, 0);
            return;
        }
        join(new Waiting(waiter, nanoTime()));
        fill();
    }

    /** Takes a waiter out of the queue: its client is gone or cancelled. */
    public void forget(Waiter waiter) {
        assertInLoop();
        for (var entries = waiting.iterator(); entries.hasNext(); ) {
            Waiting entry = entries.next();
            if (entry.waiter == waiter) {
                entries.remove();
                left(entry);
                return;
            }
        }
        for (PoolShard shard : onNodes) {
            if (shard != null) {
                shard.forget(waiter);
            }
        }
    }

    /** Counts a waiter out that was taken from the queue. */
    private void left(Waiting entry) {
        dedicatedWaiting -= entry.isDedicated ? 1 : 0;
        notHungry();
    }

    private void hand(Lease lease, Waiter waiter, long waitedNanos) {
        lease.become(Lease.State.LEASED);
        lease.usedBySession(waiter.isWholeSession());
        meters.increment(Metric.LEASES);
        meters.add(Metric.WAIT_TIME, waitedNanos);
        waiter.leased(lease);
    }

    /** Returns an idle connection that will do, the last used first. */
    private @Nullable Lease pollIdle(Waiter waiter) {
        PoolSettings settings = pool.settings();
        while (true) {
            Lease lease = settings.serverRoundRobin() ? idle.pollFirst() : idle.pollLast();
            if (lease == null) {
                return null;
            }
            long now = nanoTime();
            if (!lease.server().isOpen() || lease.server().closeNeeded()) {
                discard(lease, "server conn crashed?");
            } else if (mustBeTested(lease, settings, now)) {
                test(lease, settings);
            } else if (!waiter.accepts(lease.server())) {
                discard(lease, "its custom settings cannot be taken back");
            } else {
                return lease;
            }
        }
    }

    private static boolean mustBeTested(Lease lease, PoolSettings settings, long now) {
        return !settings.serverCheckQuery().isEmpty()
                && now - lease.sinceNanos() > settings.serverCheckDelay().toNanos();
    }

    private void test(Lease lease, PoolSettings settings) {
        lease.become(Lease.State.TESTING);
        String query = settings.serverCheckQuery();
        lease.check(query.equals("<empty>") ? "" : query, "server_check_query", () -> free(lease));
    }

    // --- returning ----------------------------------------------------------------------------

    /**
     * Takes a connection back from its holder; every path to the next client leads through here.
     */
    void returned(Lease lease) {
        ServerConnection server = lease.server();
        lease.become(Lease.State.RETURNED);
        server.holder(null);
        if (server.cancelsInFlight() > 0) {
            lease.become(Lease.State.CANCEL_HELD);
            server.whenCancelsAreDone(() -> loop.execute(() -> resume(lease)));
            return;
        }
        PoolSettings settings = pool.settings();
        String unclean = uncleanReason(lease, settings);
        if (unclean != null) {
            discard(lease, unclean);
            return;
        }
        server.reading(true);
        String reset = settings.serverResetQuery();
        boolean resets = lease.wasUsedBySession() || settings.serverResetQueryAlways();
        if (resets && !reset.isEmpty()) {
            lease.become(Lease.State.RESETTING);
            lease.check(reset, "server_reset_query", () -> reset(lease, reset));
            return;
        }
        free(lease);
    }

    private void resume(Lease lease) {
        if (lease.state() == Lease.State.CANCEL_HELD) {
            returned(lease);
        }
    }

    private void reset(Lease lease, String query) {
        if (lease.state() != Lease.State.RESETTING) {
            return;
        }
        if (query.strip().equalsIgnoreCase("DISCARD ALL")) {
            if (!lease.server().given().canBecome(ParameterSet.EMPTY)) {
                discard(lease, "its custom settings cannot be taken back");
                return;
            }
            lease.server().given(ParameterSet.EMPTY);
        }
        free(lease);
    }

    private @Nullable String uncleanReason(Lease lease, PoolSettings settings) {
        ServerConnection server = lease.server();
        if (!server.isOpen()) {
            return "lost";
        }
        if (server.closeNeeded()) {
            return "close needed";
        }
        if (!server.ledger().isIdle() || server.isMidMessage()) {
            return "unclean";
        }
        if (settings.serverLifetime().isZero() || lease.isOlderThan(nanoTime())) {
            return "server lifetime over";
        }
        return null;
    }

    /** A clean connection: to the longest waiter, to another shard that starves, or to the idle. */
    private void free(Lease lease) {
        if (lease.state() == Lease.State.GONE) {
            return;
        }
        if (!lease.server().isOpen()) {
            discard(lease, "server conn crashed?");
            return;
        }
        if (paused || lease.server().closeNeeded()) {
            discard(lease, paused ? "pause mode" : "close needed");
            return;
        }
        if (pool.isHungry(index) && leases.size() > pool.fairShare()) {
            discard(lease, "another shard has less than its share");
            return;
        }
        for (var entries = waiting.iterator(); entries.hasNext(); ) {
            Waiting entry = entries.next();
            if (!entry.isDedicated) {
                if (!entry.waiter.accepts(lease.server())) {
                    discard(lease, "its custom settings cannot be taken back");
                    return;
                }
                entries.remove();
                left(entry);
                hand(lease, entry.waiter, nanoTime() - entry.sinceNanos);
                return;
            }
        }
        if (pool.isHungry(index)) {
            discard(lease, "another shard has waiters");
            return;
        }
        lease.become(Lease.State.IDLE);
        idle.addLast(lease);
    }

    /** Closes a connection. Its permits are freed when its socket is gone. */
    void discard(Lease lease, String reason) {
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
        pool.lost(!server.isOpen());
        if (server.isOpen() && server.ledger().outstanding() > 0) {
            // It would go on until its query is done, and count against the pool as long.
            server.cancel(pool.cancels(), CANCEL_MILLIS_MAX);
        }
        server.close(reason);
    }

    // --- opening ------------------------------------------------------------------------------

    /** Opens as many connections as there are waiters, within the limits. */
    void fill() {
        if (paused) {
            return;
        }
        Nodes nodes = pool.nodes();
        if (nodes != null) {
            sendToPrimary(nodes);
            return;
        }
        if (dedicatedWaiting > 0) {
            openDedicated();
        }
        int wanted = waiting.size() - dedicatedWaiting - opening - testing;
        while (wanted-- > 0 && opening < OPENING_MAX) {
            if (!openOne()) {
                return;
            }
        }
        notHungry();
    }

    private void notHungry() {
        if (waiting.isEmpty()) {
            pool.fed(index);
        }
    }

    private boolean openOne() {
        ServerFailure failure = pool.failureNow();
        if (failure != null) {
            if (pool.hasNoConnection()) {
                refuseAll(failure.refusal());
            }
            return false;
        }
        boolean reserve = reserveIsOpen();
        if (!pool.takePermits(reserve)) {
            pool.hungry(index);
            // another shard may have freed one before it was known who is hungry
            if (pool.shards().size() == 1 || !pool.takePermits(reserve)) {
                return false;
            }
        }
        opening++;
        pool.opening(1);
        pool.connector().open(pool.nextTarget(), loop, statements, new Opening());
        return true;
    }

    private boolean reserveIsOpen() {
        PoolSettings settings = pool.settings();
        Waiting first = waiting.peekFirst();
        return settings.reservePoolSize() > 0
                && first != null
                && nanoTime() - first.sinceNanos >= settings.reservePoolTimeout().toNanos();
    }

    private void openDedicated() {
        int free = dedicatedWaiting - dedicatedOpening;
        for (Waiting entry : List.copyOf(waiting)) {
            ServerTarget target = entry.waiter.dedicated();
            if (target == null || entry.opening || free <= 0) {
                continue;
            }
            if (!pool.takePermits(false)) {
                Lease oldest = idle.pollFirst();
                if (oldest != null) {
                    discard(oldest, "its slot is needed for replication");
                }
                pool.hungry(index);
                return;
            }
            entry.opening = true;
            dedicatedOpening++;
            free--;
            pool.connector().open(target, loop, statements, new DedicatedOpening(entry));
        }
    }

    /** Keeps count of the connections that are being tested. */
    void stateChanged(Lease.State before, Lease.State next) {
        if (before == Lease.State.TESTING) {
            testing--;
        } else if (next == Lease.State.TESTING) {
            testing++;
        }
    }

    private void refuseAll(Refusal why) {
        while (!waiting.isEmpty()) {
            Waiting entry = waiting.pollFirst();
            left(entry);
            entry.waiter.refused(why);
        }
    }

    private Lease adopt(ServerConnection connection) {
        pool.reachable(connection);
        double jitter = 1 - LIFETIME_JITTER * pool.random().nextDouble();
        long lifetime = (long) (pool.settings().serverLifetime().toNanos() * jitter);
        var lease = new Lease(this, connection, lifetime == 0 ? Long.MAX_VALUE : lifetime);
        leases.add(lease);
        return lease;
    }

    /** One connection that is being opened for whoever waits longest. */
    private final class Opening implements Opener.Opening {
        private final int begun = epoch;
        private boolean decided;

        @Override
        public void opened(ServerConnection connection) {
            decide();
            Lease lease = adopt(connection);
            if (begun == epoch) {
                free(lease);
            } else {
                discard(lease, "database configuration changed");
                fill();
            }
        }

        @Override
        public void failed(ServerFailure failure) {
            decide();
            if (begun != epoch) {
                fill();
                return;
            }
            pool.failed(failure);
            if (pool.hasNoConnection()) {
                refuseAll(failure.refusal());
            }
        }

        @Override
        public void closed() {
            decide(); // a socket may be gone before its login knows
            pool.freePermits();
        }

        private void decide() {
            if (!decided) {
                decided = true;
                opening--;
                pool.opening(-1);
                assert opening >= 0 : opening;
            }
        }
    }

    /** A connection that is being opened for one waiter alone. */
    private final class DedicatedOpening implements Opener.Opening {
        private final Waiting entry;
        private final int begun = epoch;

        DedicatedOpening(Waiting entry) {
            this.entry = entry;
        }

        @Override
        public void opened(ServerConnection connection) {
            dedicatedOpening--;
            Lease lease = adopt(connection);
            if (begun != epoch) {
                entry.opening = false;
                discard(lease, "database configuration changed");
                fill();
            } else if (waiting.remove(entry)) {
                left(entry);
                hand(lease, entry.waiter, nanoTime() - entry.sinceNanos);
            } else {
                discard(lease, "its client is gone");
            }
        }

        @Override
        public void failed(ServerFailure failure) {
            dedicatedOpening--;
            if (begun != epoch) {
                entry.opening = false;
                fill();
            } else if (waiting.remove(entry)) {
                left(entry);
                entry.waiter.refused(failure.refusal());
            }
        }

        @Override
        public void closed() {
            pool.freePermits();
        }
    }

    // --- housekeeping -------------------------------------------------------------------------

    /** What time brings: called three times a second. */
    void tick() {
        assertInLoop();
        if (paused != pool.isPaused()) {
            gate(); // a shard that was made while the gate moved
        }
        long now = nanoTime();
        PoolSettings settings = pool.settings();
        expireWaiters(settings, now);
        notifyWaiters(now);
        expireIdle(settings, now);
        if (!paused) {
            keepMinimum(settings);
        }
        pool.fed(index);
        fill();
    }

    private void expireWaiters(PoolSettings settings, long now) {
        if (pool.isShuttingDown()) {
            refuseAll(ProxyError.SERVER_SHUTTING_DOWN.refusal());
        }
        long limit = settings.queryWaitTimeout().toNanos();
        while (limit > 0 && !waiting.isEmpty() && now - waiting.peekFirst().sinceNanos > limit) {
            Waiting entry = waiting.pollFirst();
            left(entry);
            entry.waiter.refused(ProxyError.QUERY_WAIT_TIMEOUT.refusal());
        }
    }

    /** Tells those who wait for long that they do. */
    private void notifyWaiters(long now) {
        long limit = pool.waitNotify().toNanos();
        for (Waiting entry : waiting) {
            if (limit == 0 || now - entry.sinceNanos <= limit) {
                return;
            }
            if (!entry.notified) {
                entry.notified = true;
                entry.waiter.stillWaits();
            }
        }
    }

    private void expireIdle(PoolSettings settings, long now) {
        long idleLimit = settings.serverIdleTimeout().toNanos();
        int most = settings.poolSize() + settings.reservePoolSize();
        Lease aged = null;
        for (Lease lease : List.copyOf(idle)) {
            boolean spare = pool.size() > settings.minPoolSize();
            if (!lease.server().isOpen() || lease.server().closeNeeded()) {
                discard(lease, "server conn crashed?");
            } else if (settings.poolSize() > 0 && leases.size() > most) {
                discard(lease, "too many servers in the pool");
            } else if (idleLimit > 0 && spare && now - lease.sinceNanos() > idleLimit) {
                discard(lease, "server idle timeout");
            } else if (aged == null && lease.isOlderThan(now)) {
                aged = lease; // one a tick, so that connections opened together do not end together
            }
        }
        if (aged != null) {
            discard(aged, "server lifetime over");
        }
    }

    private void keepMinimum(PoolSettings settings) {
        Nodes nodes = pool.nodes();
        if (nodes != null) {
            if (index == 0 && pool.wantsMinimum() && nodes.primary() >= 0) {
                onNode(nodes.primary()); // it keeps the minimum
            }
            return;
        }
        if (index == 0 && pool.wantsMinimum()) {
            int missing = settings.minPoolSize() - pool.size();
            while (missing-- > 0 && openOne()) {}
        }
        if (index == 0 && pool.mustProbe()) {
            openOne();
        }
    }

    /** Closes idle connections: the pool's limits are needed elsewhere. */
    boolean evictIdle() {
        Lease oldest = idle.peekFirst();
        if (oldest == null) {
            return false;
        }
        discard(oldest, "its slot is needed by another pool");
        return true;
    }

    /** Marks every connection to be closed at the next chance. */
    void recycle() {
        assertInLoop();
        for (Lease lease : leases) {
            lease.server().markCloseNeeded();
        }
        closeIdle("database configuration changed");
        fill();
    }

    /** Marks the connections to addresses that a host does not have any more. */
    void abandon(String host, Set<InetAddress> addresses) {
        assertInLoop();
        for (Lease lease : List.copyOf(leases)) {
            ServerConnection server = lease.server();
            if (server.target().address().host().equals(host)
                    && server.remoteAddress() instanceof InetSocketAddress inet
                    && addresses.contains(inet.getAddress())) {
                server.markCloseNeeded();
                if (lease.state() == Lease.State.IDLE) {
                    discard(lease, "server address changed");
                }
            }
        }
        fill();
    }

    /** Closes the idle connections, and makes those useless that are being opened. */
    private void closeIdle(String reason) {
        epoch++;
        for (Lease lease : List.copyOf(idle)) {
            discard(lease, reason);
        }
    }

    /** Follows the gate of its database: leases nothing while it is closed. */
    void gate() {
        assertInLoop();
        paused = pool.isPaused();
        if (paused) {
            closeIdle("pause mode");
        } else {
            fill();
        }
    }

    /** Whether no connection is left but some that are being opened and will not be used. */
    public boolean isDrained() {
        assertInLoop();
        return leases.isEmpty();
    }

    /** Whether no connection is left that was to be closed at the next chance. */
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
        epoch++;
        for (Lease lease : new ArrayList<>(leases)) {
            discard(lease, reason);
        }
    }

    /** Closes everything: the process ends. */
    void shutDown() {
        assertInLoop();
        kill("shutting down");
    }

    /** What this shard has counted, and what it has now. */
    public Readings read() {
        assertInLoop();
        long now = nanoTime();
        PoolSettings settings = pool.settings();
        meters.clearGauges();
        for (Lease lease : leases) {
            Metric kind = kind(lease, settings, now);
            if (kind != null) {
                meters.increment(kind);
            }
            meters.add(Metric.CANCELS, lease.server().cancelsInFlight());
            meters.add(Metric.SERVER_STATEMENTS, lease.server().statements().size());
        }
        meters.set(Metric.SERVERS_OPENING, opening + dedicatedOpening);
        meters.set(Metric.CLIENT_STATEMENTS, ownsStatements ? statements.size() : 0);
        meters.set(Metric.WAITING_CLIENTS, waiting.size());
        Waiting first = waiting.peekFirst();
        meters.set(Metric.OLDEST_WAIT, first == null ? 0 : now - first.sinceNanos);
        return meters.read();
    }

    private static @Nullable Metric kind(Lease lease, PoolSettings settings, long now) {
        return switch (lease.state()) {
            case OPENED -> Metric.SERVERS_IDLE;
            case IDLE ->
                    mustBeTested(lease, settings, now) ? Metric.SERVERS_USED : Metric.SERVERS_IDLE;
            case LEASED, RETURNED -> Metric.SERVERS_ACTIVE;
            case TESTING, RESETTING -> Metric.SERVERS_TESTED;
            case CANCEL_HELD -> Metric.SERVERS_CANCELED;
            case DRAINING -> Metric.SERVERS_DRAINING;
            case GONE -> null;
        };
    }

    /** Who waits, and since when on the clock of {@link #nanoTime}; for the console. */
    public Map<Waiter, Long> waiters() {
        assertInLoop();
        var since = new IdentityHashMap<Waiter, Long>();
        for (Waiting entry : waiting) {
            since.put(entry.waiter, entry.sinceNanos);
        }
        return since;
    }

    /** Every connection of this shard, for the console. */
    public List<Lease> leases() {
        assertInLoop();
        return List.copyOf(leases);
    }

    private static final class Waiting {
        private final Waiter waiter;
        private final boolean isDedicated;
        private final long sinceNanos;
        private boolean opening;
        private boolean notified;

        Waiting(Waiter waiter, long sinceNanos) {
            this.waiter = waiter;
            this.isDedicated = waiter.dedicated() != null;
            this.sinceNanos = sinceNanos;
        }
    }
}
