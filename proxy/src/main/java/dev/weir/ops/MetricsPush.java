package dev.weir.ops;

import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.Reloadable;
import dev.weir.config.Settings;
import dev.weir.metrics.Sheet;
import dev.weir.net.Clock;
import dev.weir.net.Reading;
import dev.weir.observe.Control;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the metrics to an OpenTelemetry collector at intervals, and once more at the end. Each
 * message has everything since the start, so one that is lost need not be sent again, and nothing
 * is kept for a collector that is away. Thread-safe.
 */
public final class MetricsPush implements Reloadable, AutoCloseable {
    /** How long the collector may take: as long as the interval, within these bounds. */
    private static final Duration SEND_MAX = Duration.ofSeconds(10);

    private static final Duration SEND_LEAST = Duration.ofSeconds(1);

    private static final Logger log = LoggerFactory.getLogger(MetricsPush.class);

    private final Sheets sheets;
    private final Control control;
    private final EventLoop timer;
    private final Clock clock;
    private final Instant start;

    /** Held while a message is made and sent: one at a time. */
    private final ReentrantLock sending = new ReentrantLock();

    private @Nullable Collector collector;
    private @Nullable Future<?> next;

    /** When the first of the last failures was; null if the last message was taken. */
    private @Nullable Instant failingSince;

    private long failures;

    /**
     * @param timer says when it is time; the work is done elsewhere
     */
    public MetricsPush(Sheets sheets, Control control, EventLoop timer, Clock clock) {
        this.sheets = sheets;
        this.control = control;
        this.timer = timer;
        this.clock = clock;
        this.start = clock.now();
    }

    /**
     * Begins, if there is a collector.
     *
     * @throws ConfigException if the authorities of its certificate cannot be read
     */
    public void start(Config config) throws ConfigException {
        prepare(config).run();
    }

    @Override
    public Runnable prepare(Config next) throws ConfigException {
        Collector prepared =
                Collector.of(
                        next,
                        "%s:%d:%d"
                                .formatted(
                                        host(),
                                        next.get(Settings.LISTEN_PORT),
                                        ProcessHandle.current().pid()),
                        control.version());
        return () -> become(prepared);
    }

    /** The name of this machine, which no name server need be asked about. */
    private static String host() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException _) {
            return "localhost";
        }
    }

    private synchronized void become(@Nullable Collector prepared) {
        Collector before = collector;
        if (before != null && before.isLike(prepared)) {
            return;
        }
        stop();
        if (before != null) {
            before.close();
        }
        collector = prepared;
        failingSince = null;
        failures = 0;
        if (prepared != null) {
            schedule(prepared);
        }
    }

    private synchronized void schedule(Collector to) {
        if (to == collector) {
            next =
                    timer.schedule(
                            () -> OpsPort.THREADS.execute(() -> push(to)),
                            to.interval().toNanos(),
                            TimeUnit.NANOSECONDS);
        }
    }

    private synchronized void stop() {
        Future<?> planned = next;
        if (planned != null) {
            planned.cancel(false);
        }
    }

    private void push(Collector to) {
        try {
            long nanos =
                    Math.clamp(to.interval().toNanos(), SEND_LEAST.toNanos(), SEND_MAX.toNanos());
            send(to, Duration.ofNanos(nanos));
        } finally {
            schedule(to);
        }
    }

    /** Sends one message. Blocks. */
    private void send(Collector to, Duration most) {
        sending.lock();
        try {
            Sheet sheet = sheets.now().get(most.toNanos(), TimeUnit.NANOSECONDS);
            byte[] message = sheets.exposition().otlp(sheet, to.resource(), start, clock.now());
            to.send(message, most);
            worked(to);
        } catch (IOException | ExecutionException | TimeoutException e) {
            failed(to, Reading.reason(e));
        } catch (RuntimeException e) {
            failed(to, String.valueOf(e));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            sending.unlock();
        }
    }

    private synchronized void worked(Collector to) {
        sheets.pushes().count(true);
        Instant since = failingSince;
        if (to == collector && since != null) {
            log.info(
                    "metrics_pushed_again to={} failures={} after={}s",
                    to,
                    failures,
                    Duration.between(since, clock.now()).toSeconds());
            failingSince = null;
            failures = 0;
        }
    }

    private synchronized void failed(Collector to, String why) {
        sheets.pushes().count(false);
        if (to != collector) {
            return; // it has been replaced
        }
        failures++;
        if (failingSince == null) {
            failingSince = clock.now();
            log.warn("metrics_not_pushed to={} error=\"{}\"", to, why);
        }
    }

    /** Sends what has happened since the last message, unless the collector is away. */
    @Override
    public void close() {
        Collector last;
        synchronized (this) {
            stop();
            last = failingSince == null ? collector : null;
        }
        if (last != null) {
            try {
                CompletableFuture.runAsync(() -> send(last, SEND_LEAST), OpsPort.THREADS)
                        .get(SEND_LEAST.toNanos(), TimeUnit.NANOSECONDS);
            } catch (ExecutionException | TimeoutException e) {
                log.debug("metrics_not_pushed to={}", last, e);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
        synchronized (this) {
            become(null);
        }
    }
}
