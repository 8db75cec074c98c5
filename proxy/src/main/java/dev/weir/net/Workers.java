package dev.weir.net;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads for work that is too costly for an event loop: few, with a bounded queue, so that nobody
 * can exhaust the machine. They reject work that the queue cannot hold.
 */
public final class Workers implements Executor, AutoCloseable {
    private static final int IDLE_SECONDS_MAX = 10;

    private final ThreadPoolExecutor threads;

    /**
     * Starts no thread until one is needed.
     *
     * @param name the prefix of the threads' names
     * @param count at least 1
     * @param queueMax how many tasks may wait for a thread; at least 1 may
     */
    public Workers(String name, int count, int queueMax) {
        threads =
                new ThreadPoolExecutor(
                        count,
                        count,
                        IDLE_SECONDS_MAX,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(Math.max(1, queueMax)),
                        Thread.ofPlatform().daemon().name(name, 0).factory());
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * Runs {@code task} on a worker.
     *
     * @throws java.util.concurrent.RejectedExecutionException if too many are waiting already
     */
    @Override
    public void execute(Runnable task) {
        threads.execute(task);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
