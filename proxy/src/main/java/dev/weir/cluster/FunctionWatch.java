package dev.weir.cluster;

import dev.weir.net.Clock;
import dev.weir.sql.Functions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The functions of a database and the views that call them, read periodically from its primary by a
 * virtual thread. They are needed to route a transaction by its statements, and to know which
 * transactions on the primary may have written.
 */
final class FunctionWatch implements AutoCloseable {
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(60);

    /**
     * A reported change may not be committed yet, so the functions are read again after this time.
     */
    private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** The query takes long in a database with many views. */
    private static final int ANSWER_MILLIS_MAX = 30_000;

    private static final Logger log = LoggerFactory.getLogger(FunctionWatch.class);

    private final WatchedCluster cluster;
    private final Clock clock;
    private boolean saidUnknown;
    private volatile @Nullable Functions known;
    private volatile boolean isWanted;
    private volatile boolean isChanged;
    private volatile @Nullable Thread thread;

    FunctionWatch(WatchedCluster cluster, Clock clock) {
        this.cluster = cluster;
        this.clock = clock;
    }

    void start() {
        Thread started =
                Thread.ofVirtual().name("weir-functions-" + cluster.name()).unstarted(this::run);
        thread = started;
        started.start();
    }

    @Nullable Functions known() {
        return known;
    }

    /** Called when a session routes automatically in a database that does not. */
    void want() {
        if (!isWanted) {
            isWanted = true;
            changed();
        }
    }

    /** Discards the functions, which may be out of date, until they have been read again. */
    synchronized void changed() {
        known = null;
        isChanged = true;
        LockSupport.unpark(thread);
    }

    private synchronized void keep(Functions functions) {
        if (!isChanged) {
            known = functions;
        }
    }

    private boolean isRunning() {
        return thread == Thread.currentThread();
    }

    private void run() {
        try {
            while (isRunning()) {
                boolean again = isChanged;
                isChanged = false;
                boolean done = !isNeeded() || read();
                park(done && !again ? PERIOD_NANOS : AGAIN_NANOS);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isNeeded() {
        return isWanted || cluster.settings().routing().asksCatalog();
    }

    private void park(long nanos) throws InterruptedException {
        long until = clock.nanoTime() + nanos;
        while (isRunning() && !isChanged && until - clock.nanoTime() > 0) {
            LockSupport.parkNanos(this, until - clock.nanoTime());
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    private boolean read() throws InterruptedException {
        int primary = cluster.primary();
        if (primary < 0) {
            return false;
        }
        Functions.Builder functions = Functions.builder();
        try (Connection connection =
                        cluster.login().open(cluster.address(primary), cluster.login().dbname());
                Statement statement = connection.createStatement()) {
            connection.setNetworkTimeout(Runnable::run, ANSWER_MILLIS_MAX);
            read(statement, functions);
        } catch (SQLException e) {
            if (isRunning() && !saidUnknown) {
                saidUnknown = true;
                log.warn(
                        "functions_unknown database={} sqlstate={} error=\"{}\" effect=\"reads of"
                                + " tables and calls go to the primary\"",
                        cluster.name(),
                        e.getSQLState(),
                        MonitorLogin.reason(e));
            }
            return false;
        }
        saidUnknown = false;
        keep(functions.build());
        return true;
    }

    private static void read(Statement statement, Functions.Builder functions) throws SQLException {
        try (ResultSet row = statement.executeQuery(Functions.QUERY)) {
            while (row.next()) {
                functions.add(row.getString(1), row.getBoolean(2), row.getBoolean(3));
            }
        }
        try (ResultSet row = statement.executeQuery(Functions.NAMES)) {
            while (row.next()) {
                boolean isVolatile = row.getBoolean(3);
                if (row.wasNull()) {
                    functions.addRelation(row.getString(1), row.getBoolean(4));
                } else {
                    functions.addName(
                            row.getString(1), row.getString(2), isVolatile, row.getBoolean(4));
                }
            }
        }
    }

    @Override
    public void close() {
        Thread running = thread;
        thread = null;
        if (running != null) {
            running.interrupt();
        }
    }
}
