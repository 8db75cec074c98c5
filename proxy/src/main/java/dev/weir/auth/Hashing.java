package dev.weir.auth;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The workers that hash passwords: few, and with a bounded queue, so that logins cannot eat the
 * machine.
 */
public final class Hashing implements AutoCloseable {
    private final ThreadPoolExecutor workers;

    /**
     * Starts no thread until one is needed.
     *
     * @param threads at least 1
     * @param queueMax how many logins may wait for a worker
     */
    public Hashing(int threads, int queueMax) {
        workers =
                new ThreadPoolExecutor(
                        threads,
                        threads,
                        10,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(Math.max(1, queueMax)),
                        Thread.ofPlatform().daemon().name("weir-auth-", 0).factory());
        workers.allowCoreThreadTimeOut(true);
    }

    /** Runs {@code work} on a worker; false if too many wait already. */
    public boolean submit(Runnable work) {
        try {
            workers.execute(work);
            return true;
        } catch (RejectedExecutionException _) {
            return false;
        }
    }

    @Override
    public void close() {
        workers.shutdownNow();
    }
}
