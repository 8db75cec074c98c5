package dev.weir.bench.lag;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.WireClient;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.NavigableSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Writes the current time to a row on the primary every 20 ms, until it is closed. */
final class Heartbeat implements AutoCloseable {
    static final String SCHEMA = "CREATE TABLE beat AS SELECT clock_timestamp() AS at";

    /** In microseconds of this machine's clock. */
    private static final String MICROS = "(EXTRACT(epoch FROM at) * 1000000)::int8";

    private static final String SHOWN = "SELECT " + MICROS + " FROM beat";
    private static final String BEAT = "UPDATE beat SET at = clock_timestamp() RETURNING " + MICROS;
    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final WireClient primary;
    private final NavigableSet<Long> written = new ConcurrentSkipListSet<>();
    private final Thread thread = Thread.ofVirtual().unstarted(this::run);
    private volatile boolean isClosed;
    private volatile boolean isPaused;

    private Heartbeat(WireClient primary) {
        this.primary = primary;
    }

    static Heartbeat start(PgNode primary) {
        var heartbeat = new Heartbeat(login(primary));
        heartbeat.thread.start();
        return heartbeat;
    }

    static WireClient login(PgNode node) {
        WireClient client = node.wire();
        client.login(PgNode.USER, "postgres", PgNode.PASSWORD);
        return client;
    }

    /** The time that a node shows. */
    static long shown(WireClient node) {
        return Long.parseLong(cell(node, SHOWN, 0));
    }

    /** One value of the first row of the answer. */
    static String cell(WireClient client, String query, int column) {
        for (Message message : client.query(query)) {
            if (message.tag() == 'D') {
                return String.valueOf(message.row().get(column));
            }
        }
        throw new IllegalStateException("rows: 0 (expected: 1): " + query);
    }

    private void run() {
        while (!isClosed) {
            if (!isPaused) {
                written.add(Long.parseLong(cell(primary, BEAT, 0)));
            }
            LockSupport.parkNanos(PERIOD_NANOS);
        }
    }

    /** How long a node that shows this time has lacked the next one; 0 if it lacks nothing. */
    long lateMicros(long shown) {
        long now = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
        Long missing = written.higher(shown);
        return missing == null ? 0 : Math.max(0, now - missing);
    }

    void pause(boolean paused) {
        isPaused = paused;
    }

    @Override
    public void close() {
        isClosed = true;
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        primary.close();
    }
}
