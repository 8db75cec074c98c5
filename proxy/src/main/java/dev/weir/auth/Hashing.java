package dev.weir.auth;

import dev.weir.net.Workers;
import java.util.concurrent.RejectedExecutionException;

/**
 * The workers that hash passwords: few, with a bounded queue, so that logins cannot exhaust the
 * machine.
 */
public final class Hashing implements AutoCloseable {
    private final Workers workers;

    /**
     * Starts no thread until one is needed.
     *
     * @param threads at least 1
     * @param queueMax how many logins may wait for a worker
     */
    public Hashing(int threads, int queueMax) {
        workers = new Workers("weir-auth-", threads, queueMax);
    }

    /** Runs {@code work} on a worker; returns false if too many are waiting already. */
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
        workers.close();
    }
}
