package dev.weir.net;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads for what is too costly for a loop: few, and with a bounded queue, so that nobody can eat
 * the machine. They reject what the queue cannot hold.
 */
public final class Workers implements Executor, AutoCloseable {
    private static final int IDLE_SECONDS_MAX = 10;

    private final ThreadPoolExecutor threads;

    /**
     * Starts no thread until one is needed.
     *
     * @param name the beginning of the threads' names
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
     * @throws java.util.concurrent.RejectedExecutionException if too many wait already
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
