package dev.weir.net;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The workers for what is costly in a TLS handshake. They reject what their queue cannot hold; the
 * handshake then fails.
 */
final class TlsWorkers implements Executor, AutoCloseable {
    private final ThreadPoolExecutor workers;

    /** Starts no thread until one is needed. */
    TlsWorkers(int threads, int queueMax) {
        workers =
                new ThreadPoolExecutor(
                        threads,
                        threads,
                        10,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(queueMax),
                        Thread.ofPlatform().daemon().name("weir-tls-", 0).factory());
        workers.allowCoreThreadTimeOut(true);
    }

    @Override
    public void execute(Runnable task) {
        workers.execute(task);
    }

    @Override
    public void close() {
        workers.shutdownNow();
    }
}
