package dev.weir.cluster;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.WeirFile;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.NullMarked;

/**
 * Clients of all kinds that write rows and read them back: by simple and extended query, prepared,
 * by pgjdbc; in single statements and in blocks; on the primary and routed.
 */
@NullMarked
final class MovingLoad implements AutoCloseable {
    /** They are to be there, not to fill the machine. */
    private static final long PAUSE_NANOS = 1_000_000;

    private static final int KINDS = 5;

    private final WeirFile weir;
    private final AtomicBoolean ends = new AtomicBoolean();
    private final Queue<String> errors = new ConcurrentLinkedQueue<>();
    private final ConcurrentHashMap<Integer, Integer> acknowledged = new ConcurrentHashMap<>();
    private final AtomicLong count = new AtomicLong();
    private final AtomicLong longestNanos = new AtomicLong();
    private final List<Thread> threads = new ArrayList<>();

    MovingLoad(WeirFile weir, int clients) {
        this.weir = weir;
        for (int i = 0; i < clients; i++) {
            int number = i;
            threads.add(Thread.ofVirtual().start(() -> run(number)));
        }
    }

    Queue<String> errors() {
        return errors;
    }

    /** How many rows were written, for certain. */
    long count() {
        return count.get();
    }

    /** How long the longest request took since this was asked last. */
    long takeLongestMillis() {
        return longestNanos.getAndSet(0) / 1_000_000;
    }

    private void run(int number) {
        try {
            if (number % KINDS == KINDS - 1) {
                runJdbc(number);
            } else {
                runWire(number);
            }
        } catch (RuntimeException | SQLException e) {
            errors.add(number + ": " + e);
        }
    }

    private void runWire(int number) {
        try (WireClient client = weir.client("postgres", "app")) {
            for (int n = 1; !ends.get(); n++) {
                long begin = System.nanoTime();
                switch (number % KINDS) {
                    case 0 -> expect(number, client.query(insert(number, n)));
                    case 1 -> block(client, number, n);
                    case 2 -> extended(client, number, n);
                    default -> prepared(client, number, n);
                }
                wrote(number, n, begin);
                begin = System.nanoTime();
                int read = read(number, client.query(countOf(number)));
                if (read != n) {
                    errors.add(number + ": rows: " + read + " (expected: " + n + ")");
                }
                took(begin);
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private static String insert(int number, int n) {
        return "INSERT INTO t VALUES (" + number + ", " + n + ")";
    }

    private static String countOf(int number) {
        return "SELECT count(*) FROM t WHERE client = " + number;
    }

    private void block(WireClient client, int number, int n) {
        expect(number, client.query("BEGIN"));
        expect(number, client.query("SELECT 1"));
        expect(number, client.query(insert(number, n)));
        expect(number, client.query("COMMIT"));
    }

    private void extended(WireClient client, int number, int n) {
        client.send(
                Wire.parse("", "INSERT INTO t VALUES ($1, $2)"),
                Wire.bind("", "", "" + number, "" + n),
                Wire.execute("", 0),
                Wire.sync());
        expect(number, client.readUntilReady());
    }

    private void prepared(WireClient client, int number, int n) {
        if (n == 1) {
            client.send(Wire.parse("mine", "INSERT INTO t VALUES ($1, $2)"), Wire.sync());
            expect(number, client.readUntilReady());
        }
        client.send(Wire.bind("", "mine", "" + number, "" + n), Wire.execute("", 0), Wire.sync());
        expect(number, client.readUntilReady());
    }

    private void expect(int number, List<Message> answer) {
        for (Message message : answer) {
            if (message.tag() == 'E') {
                errors.add(number + ": " + message.summary());
            }
        }
    }

    private int read(int number, List<Message> answer) {
        expect(number, answer);
        for (Message message : answer) {
            if (message.tag() == 'D') {
                return Integer.parseInt(String.valueOf(message.row().getFirst()));
            }
        }
        return -1;
    }

    private void runJdbc(int number) throws SQLException {
        String url =
                "jdbc:postgresql://127.0.0.1:%d/app?user=postgres&socketTimeout=60"
                        .formatted(weir.port());
        try (Connection connection = DriverManager.getConnection(url)) {
            connection.setAutoCommit(false);
            try (PreparedStatement insert =
                            connection.prepareStatement("INSERT INTO t VALUES (?, ?)");
                    PreparedStatement read =
                            connection.prepareStatement(
                                    "SELECT count(*) FROM t WHERE client = ?")) {
                for (int n = 1; !ends.get(); n++) {
                    long begin = System.nanoTime();
                    insert.setInt(1, number);
                    insert.setInt(2, n);
                    insert.executeUpdate();
                    connection.commit();
                    wrote(number, n, begin);
                    begin = System.nanoTime();
                    read.setInt(1, number);
                    try (ResultSet rows = read.executeQuery()) {
                        rows.next();
                        if (rows.getInt(1) != n) {
                            errors.add(number + ": rows: " + rows.getInt(1) + ", not " + n);
                        }
                    }
                    connection.commit();
                    took(begin);
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
        }
    }

    private void wrote(int number, int n, long begin) {
        acknowledged.put(number, n);
        count.incrementAndGet();
        took(begin);
    }

    private void took(long begin) {
        longestNanos.accumulateAndGet(System.nanoTime() - begin, Math::max);
    }

    /**
     * Ends it, and compares what was acknowledged with what is there.
     *
     * @param url of the primary
     */
    void end(String url) throws InterruptedException {
        ends.set(true);
        for (Thread thread : threads) {
            thread.join();
        }
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                "SELECT client, count(*), max(n) FROM t GROUP BY 1")) {
            while (rows.next()) {
                Integer known = acknowledged.remove(rows.getInt(1));
                if (known == null || known != rows.getInt(2) || known != rows.getInt(3)) {
                    errors.add(
                            "client %d has %d rows up to %d (acknowledged: %s)"
                                    .formatted(
                                            rows.getInt(1), rows.getInt(2), rows.getInt(3), known));
                }
            }
        } catch (SQLException e) {
            errors.add(String.valueOf(e));
        }
        acknowledged.forEach((client, rows) -> errors.add(client + " has no row of " + rows));
    }

    @Override
    public void close() {
        ends.set(true);
    }

    /** The longest, and the one in the middle. */
    static String statistics(List<Long> values) {
        long[] sorted = values.stream().mapToLong(Long::longValue).sorted().toArray();
        return sorted.length == 0
                ? "none"
                : "p50=%d max=%d".formatted(sorted[sorted.length / 2], sorted[sorted.length - 1]);
    }
}
