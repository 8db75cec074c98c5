package dev.weir.cluster;

import dev.weir.config.ServerAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Asks one node how it is, again and again: a virtual thread with a connection of its own. */
final class Monitor implements AutoCloseable {
    /** How often a replica is asked while somebody waits for it. */
    private static final long FAST_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    /** A node that does not answer is asked less often, unless something is heard of it. */
    private static final long RETRY_NANOS_MAX = TimeUnit.SECONDS.toNanos(1);

    /** So is one that refuses the login: its log would be full of it. */
    private static final long REFUSED_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** An observation of its conflict says nothing about a replica. */
    private static final String RECOVERY_CONFLICT = "40001";

    private final WatchedCluster cluster;
    private final NodeState node;
    private final ServerAddress address;
    private final Thread thread;
    private volatile boolean isHinted;
    private volatile boolean isClosed;
    private int failures;
    private @Nullable Connection connection;
    private @Nullable Observation last;
    private @Nullable MonitorLogin openedWith;

    Monitor(WatchedCluster cluster, NodeState node) {
        this.cluster = cluster;
        this.node = node;
        this.address = node.address();
        this.thread = Thread.ofVirtual().name("weir-monitor-" + address).unstarted(this::run);
    }

    NodeState node() {
        return node;
    }

    /** Lets it see that somebody waits. Any thread. */
    void wake() {
        LockSupport.unpark(thread);
    }

    void start() {
        thread.start();
    }

    /** Asks at once, or as soon as the question before is answered. Any thread. */
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
        long due = System.nanoTime();
        try {
            while (!isClosed) {
                boolean whole = isHinted || System.nanoTime() - due >= 0;
                isHinted = false;
                if (whole || isFast()) {
                    long pause = ask(whole);
                    due = whole ? next(System.nanoTime(), pause) : due;
                }
                park(due);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            disconnect();
        }
    }

    /** All nodes are asked at the same time, replicas just after the primary. */
    private long next(long now, long pause) {
        long interval = cluster.intervalNanos();
        if (pause > interval) {
            return now + pause;
        }
        long start = Math.floorDiv(now, interval) * interval + interval;
        return start + (node.isReplica() ? Math.min(interval / 10, 5_000_000) : 0);
    }

    private boolean isFast() {
        return failures == 0 && last != null && last.isInRecovery() && cluster.isAwaited();
    }

    private void park(long due) throws InterruptedException {
        while (!isClosed && !isHinted) {
            long left = due - System.nanoTime();
            long nap = isFast() ? Math.min(left, FAST_NANOS) : left;
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

    /** Asks; returns how long to wait before the next question. */
    private long ask(boolean whole) throws InterruptedException {
        try {
            Observation before = last;
            NodeQuery query = new NodeQuery(connected());
            last = whole || before == null ? query.all() : query.replayed(before);
            failures = 0;
            cluster.seen(node, last, whole);
            return 0;
        } catch (SQLException e) {
            if (isClosed) {
                return 0;
            }
            if (RECOVERY_CONFLICT.equals(e.getSQLState()) && failures == 0) {
                failures++;
                return 0;
            }
            disconnect();
            failures++;
            cluster.failed(node, e);
            if (failures == 1) {
                isHinted = true; // the connection may have been the trouble
            }
            return MonitorLogin.isRefused(e)
                    ? REFUSED_NANOS
                    : Math.min(cluster.intervalNanos() * failures, RETRY_NANOS_MAX);
        }
    }

    private Connection connected() throws SQLException, InterruptedException {
        MonitorLogin login = cluster.login();
        Connection now = connection;
        if (now != null && openedWith == login) {
            return now;
        }
        disconnect();
        openedWith = login;
        Connection opened = login.open(address, cluster.settings().monitorDbname());
        connection = opened;
        return opened;
    }

    private void disconnect() {
        Connection now = connection;
        connection = null;
        if (now != null) {
            try {
                now.close();
            } catch (SQLException _) {
                // it is gone, as it should be
            }
        }
    }
}
