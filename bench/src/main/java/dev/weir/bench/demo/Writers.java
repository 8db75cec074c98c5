package dev.weir.bench.demo;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients that write a row each, again and again until they are closed: every other client in a
 * block. They remember what they were told of each row.
 */
final class Writers implements AutoCloseable {
    static final int CLIENTS = 20;
    static final String TABLE = "CREATE TABLE IF NOT EXISTS moved (id int8 PRIMARY KEY)";

    private static final long PAUSE_NANOS = 5_000_000;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Stage stage;
    private final Map<Long, String> told = new ConcurrentHashMap<>();
    private final AtomicLong next;
    private final AtomicLong longestNanos = new AtomicLong();
    private volatile boolean isOver;

    /**
     * What became of the rows since the last look.
     *
     * @param acknowledged how many clients were told to be committed
     * @param missing how many of those are not there
     * @param rolledBack how many clients were told to be rolled back (40001)
     * @param undone how many of those are there
     * @param inDoubt how many nobody knew of (08007)
     * @param committed how many of those are there
     * @param others the SQLSTATEs of all other errors
     * @param longestMillis how long a client waited at most
     */
    record Count(
            long acknowledged,
            long missing,
            long rolledBack,
            long undone,
            long inDoubt,
            long committed,
            Set<String> others,
            long longestMillis) {}

    Writers(Stage stage, long first) {
        this.stage = stage;
        this.next = new AtomicLong(first);
        for (int i = 0; i < CLIENTS; i++) {
            boolean isInBlock = i % 2 == 1;
            Future<?> _ = threads.submit(() -> write(isInBlock));
        }
    }

    private void write(boolean isInBlock) {
        try (Client client = stage.client(Stage.DATABASE)) {
            while (!isOver) {
                long id = next.getAndIncrement();
                long begin = System.nanoTime();
                String insert = "INSERT INTO moved VALUES (" + id + ")";
                told.put(id, isInBlock ? block(client, insert) : client.outcome(insert));
                longestNanos.accumulateAndGet(System.nanoTime() - begin, Math::max);
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } catch (RuntimeException e) {
            told.put(next.getAndIncrement(), "its session ended: " + e.getMessage());
        }
    }

    private static String block(Client client, String insert) {
        String outcome = "";
        for (String sql : new String[] {"BEGIN", insert, "COMMIT"}) {
            outcome = outcome.isEmpty() ? client.outcome(sql) : outcome;
        }
        if (!outcome.isEmpty()) {
            client.outcome("ROLLBACK"); // a mere warning if the COMMIT has failed
        }
        return outcome;
    }

    /** How many rows clients were told of. */
    long told() {
        return told.size();
    }

    /** Compares what clients were told since the last look with what is there. */
    Count count(Client reader) {
        long millis = longestNanos.getAndSet(0) / 1_000_000;
        Map<Long, String> known = Map.copyOf(told);
        known.keySet().forEach(told::remove);
        Set<Long> there = new HashSet<>();
        reader.askRows("SELECT id FROM moved").forEach(row -> there.add(Long.valueOf(row.get(0))));
        long[] all = new long[3];
        long[] present = new long[3];
        Set<String> others = new HashSet<>();
        known.forEach((id, outcome) -> {
            int kind =
                    switch (outcome) {
                        case "" -> 0;
                        case "40001" -> 1;
                        case "08007" -> 2;
                        default -> -1;
                    };
            if (kind < 0) {
                others.add(outcome);
            } else {
                all[kind]++;
                present[kind] += there.contains(id) ? 1 : 0;
            }
        });
        return new Count(
                all[0],
                all[0] - present[0],
                all[1],
                present[1],
                all[2],
                present[2],
                others,
                millis);
    }

    /** Returns when all clients have ended. */
    @Override
    public void close() {
        isOver = true;
        threads.close();
    }
}
