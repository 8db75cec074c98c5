package dev.weir.cluster;

import dev.weir.config.ServerAddress;
import dev.weir.net.Clock;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Polls one node on a virtual thread, over its own connection, and reports the answers to one or
 * more clusters.
 */
final class Monitor implements AutoCloseable {
    /**
     * The approximate interval of polls while somebody waits for a replica. It varies at random, so
     * that it is not always the same replica that first has the awaited position.
     */
    private static final long FAST_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    /**
     * The longest interval of polls of a node that does not answer; a hint causes a poll at once.
     */
    private static final long RETRY_NANOS_MAX = TimeUnit.SECONDS.toNanos(1);

    /** The same, and the interval of all polls, while no primary answers. */
    private static final long SEARCH_RETRY_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long SEARCH_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

    /** The interval for a node that refuses the login, so as not to fill its log. */
    private static final long REFUSED_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** A poll that fails because of a recovery conflict says nothing about the replica. */
    private static final String RECOVERY_CONFLICT = "40001";

    private static final Logger log = LoggerFactory.getLogger(Monitor.class);

    private final List<Watch> watches = new CopyOnWriteArrayList<>();
    private final ServerAddress address;
    private final Clock clock;
    private final RandomGenerator random;
    private final Thread thread;
    private volatile boolean isHinted;
    private volatile boolean isClosed;
    private int failures;
    private int refusals;
    private boolean saidWhatIsHidden;
    private @Nullable Connection connection;
    private @Nullable Observation last;
    private @Nullable MonitorLogin openedWith;

    /** A cluster that is told the answers, and its state of the node. */
    private record Watch(WatchedCluster cluster, NodeState node) {}

    Monitor(ServerAddress address, Clock clock, RandomGenerator random) {
        this.address = address;
        this.clock = clock;
        this.random = random;
        this.thread = Thread.ofVirtual().name("weir-monitor-" + address).unstarted(this::run);
    }

    /** Adds a cluster, and polls soon. Guarded by {@link Monitors}. */
    void join(WatchedCluster cluster, NodeState node) {
        watches.add(new Watch(cluster, node));
        if (thread.getState() == Thread.State.NEW) {
            thread.start();
        } else {
            hint();
        }
    }

    /** Removes a cluster; returns false if none is left. Guarded by {@link Monitors}. */
    boolean leave(WatchedCluster cluster) {
        watches.removeIf(watch -> watch.cluster == cluster);
        return !watches.isEmpty();
    }

    /** Makes the monitor notice that somebody is waiting. Any thread. */
    void wake() {
        LockSupport.unpark(thread);
    }

    /** Polls at once, or as soon as the poll in progress has ended. Any thread. */
    void hint() {
        if (!isHinted) {
            isHinted = true;
            LockSupport.unpark(thread);
        }
    }

    @Override
    public void close() {
        isClosed = true;
        thread.interrupt();
    }

    private void run() {
        long due = clock.nanoTime();
        try {
            while (!isClosed) {
                boolean whole = isHinted || clock.nanoTime() - due >= 0;
                isHinted = false;
                if (whole || isFast()) {
                    long pause = ask(whole);
                    due = whole ? next(clock.nanoTime(), pause) : due;
                }
                park(due);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            disconnect();
        }
    }

    /**
     * All nodes are polled at the same time, except that replicas are polled just after the
     * primary.
     */
    private long next(long now, long pause) {
        long interval = intervalNanos();
        if (pause > interval) {
            return now + pause;
        }
        long start = Math.floorDiv(now, interval) * interval + interval;
        return start + (isReplica() ? Math.min(interval / 10, 5_000_000) : 0);
    }

    private boolean isReplica() {
        return last != null && last.isInRecovery();
    }

    private long intervalNanos() {
        long shortest = RETRY_NANOS_MAX;
        for (Watch watch : watches) {
            shortest = Math.min(shortest, watch.cluster.intervalNanos());
        }
        return isSearching() ? Math.min(shortest, SEARCH_NANOS) : shortest;
    }

    private boolean isSearching() {
        for (Watch watch : watches) {
            if (watch.cluster.isSearching()) {
                return true;
            }
        }
        return false;
    }

    private boolean isFast() {
        return failures == 0 && isReplica() && isAwaited();
    }

    private boolean isAwaited() {
        for (Watch watch : watches) {
            if (watch.cluster.isAwaited()) {
                return true;
            }
        }
        return false;
    }

    private long fastNanos() {
        return random.nextLong(FAST_NANOS / 2, FAST_NANOS * 3 / 2);
    }

    private void park(long due) throws InterruptedException {
        while (!isClosed && !isHinted) {
            long left = due - clock.nanoTime();
            long nap = isFast() ? Math.min(left, fastNanos()) : left;
            if (nap <= 0) {
                return;
            }
            LockSupport.parkNanos(this, nap);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (isFast()) {
                return;
            }
        }
    }

    /** Polls the node; returns how long to wait before the next poll. */
    private long ask(boolean whole) throws InterruptedException {
        try {
            Observation before = last;
            NodeQuery query = new NodeQuery(connected(), clock);
            last = whole || before == null ? query.all() : query.replayed(before);
            failures = 0;
            noticeWhatIsHidden(last);
            for (Watch watch : watches) {
                watch.cluster.seen(watch.node, last, whole);
            }
            return 0;
        } catch (SQLException e) {
            if (isClosed) {
                return 0;
            }
            if (RECOVERY_CONFLICT.equals(e.getSQLState()) && failures == 0) {
                failures++;
                return 0;
            }
            return failed(e);
        }
    }

    private long failed(SQLException e) {
        disconnect();
        failures++;
        String why = MonitorLogin.reason(e);
        for (Watch watch : watches) {
            watch.cluster.failed(watch.node, why, MonitorLogin.isAbsence(e));
        }
        if (failures == 1) {
            isHinted = true; // perhaps only the connection was broken
            log.warn(
                    "node_unreachable node={} sqlstate={} error=\"{}\"",
                    address,
                    e.getSQLState(),
                    why);
        }
        boolean refused = MonitorLogin.isRefused(e);
        refusals += refused ? 1 : 0;
        long most = isSearching() ? SEARCH_RETRY_NANOS_MAX : RETRY_NANOS_MAX;
        return refused ? REFUSED_NANOS : Math.min(intervalNanos() * failures, most);
    }

    private void noticeWhatIsHidden(Observation now) {
        for (Standby row : now.standbys()) {
            if (row.state() == null && !saidWhatIsHidden) {
                saidWhatIsHidden = true;
                log.warn(
                        "replication_hidden node={} reason=\"pg_stat_replication shows nothing to"
                                + " monitor_user: GRANT pg_monitor TO it\" effect=\"lag comes from"
                                + " the nodes' own positions alone\"",
                        address);
            }
        }
    }

    private Connection connected() throws SQLException, InterruptedException {
        Connection now = connection;
        if (now != null && isCurrent(openedWith)) {
            return now;
        }
        disconnect();
        List<Watch> all = List.copyOf(watches);
        if (all.isEmpty()) {
            throw new InterruptedException("nobody wants to know any more");
        }
        WatchedCluster cluster = all.get(refusals % all.size()).cluster;
        openedWith = cluster.login();
        Connection opened = openedWith.open(address, cluster.settings().monitorDbname());
        connection = opened;
        return opened;
    }

    /** Whether some cluster still uses this login; a RELOAD gives each cluster a new one. */
    private boolean isCurrent(@Nullable MonitorLogin login) {
        for (Watch watch : watches) {
            if (watch.cluster.login() == login) {
                return true;
            }
        }
        return false;
    }

    private void disconnect() {
        Connection now = connection;
        connection = null;
        if (now != null) {
            try {
                now.close();
            } catch (SQLException _) {
                // the connection is gone, which is what we want
            }
        }
    }
}
