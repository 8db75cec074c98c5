package dev.weir.bench.demo;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients that read, and one that writes, each every few milliseconds until they are closed. The
 * clients reconnect from time to time, because a client stays on its replica as long as that may be
 * read.
 */
final class Traffic implements AutoCloseable {
    private static final int READERS = 10;
    private static final int STATEMENTS_OF_A_CLIENT = 25;
    private static final long PAUSE_NANOS = 10_000_000;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Stage stage;
    private final AtomicLong reads = new AtomicLong();
    private final AtomicLong errors = new AtomicLong();
    private volatile boolean isOver;

    Traffic(Stage stage) {
        this.stage = stage;
        go(() -> send("UPDATE account SET balance = balance + 1 WHERE id = 1"));
        for (int i = 0; i < READERS; i++) {
            String read = "SELECT balance FROM account WHERE id = " + (2 + i);
            go(() -> reads.addAndGet(send(read)));
        }
    }

    private void go(Runnable client) {
        Future<?> _ =
                threads.submit(() -> {
                    while (!isOver) {
                        client.run();
                    }
                });
    }

    /** Runs one client; returns how many answers it received. */
    private int send(String sql) {
        int answers = 0;
        try (Client client = stage.client(Stage.DATABASE)) {
            while (answers < STATEMENTS_OF_A_CLIENT && !isOver) {
                client.ask(sql);
                answers++;
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } catch (RuntimeException e) {
            errors.incrementAndGet();
        }
        return answers;
    }

    long reads() {
        return reads.get();
    }

    long errors() {
        return errors.get();
    }

    /** Returns when all clients have ended. */
    @Override
    public void close() {
        isOver = true;
        threads.close();
    }
}
