package dev.weir.net;

import dev.weir.config.Config;
import dev.weir.config.Reloadable;
import dev.weir.config.Settings;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks that every event loop still turns. One that has not turned for {@code loop_stall} is
 * reported, with its thread's stack; after {@code loop_stall_exit} the process ends.
 *
 * <p>Runs on a thread of its own. If the whole process stands still, as on a suspended machine, so
 * does that thread, and the time does not count.
 */
public final class LoopWatch implements AutoCloseable, Reloadable {
    /** Interval between two checks. */
    static final Duration PERIOD = Duration.ofSeconds(1);

    private static final Logger log = LoggerFactory.getLogger(LoopWatch.class);

    private final List<Watched> all;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(
                    new DefaultThreadFactory("weir-watch", true));
    private volatile Limits limits;

    private record Limits(long reportNanos, long exitNanos) {
        static Limits of(Config config) {
            return new Limits(
                    config.get(Settings.LOOP_STALL).toNanos(),
                    config.get(Settings.LOOP_STALL_EXIT).toNanos());
        }
    }

    LoopWatch(Config config, List<EventLoop> loops) {
        this.all = loops.stream().map(Watched::new).toList();
        this.limits = Limits.of(config);
    }

    /** Starts the checks. */
    public static LoopWatch start(Config config, Loops loops) {
        var watch = new LoopWatch(config, loops.all());
        long nanos = PERIOD.toNanos();
        watch.thread.scheduleWithFixedDelay(
                Fatal.checked(watch::look), nanos, nanos, TimeUnit.NANOSECONDS);
        return watch;
    }

    /** Checks every loop once. */
    void look() {
        Limits now = limits;
        all.forEach(loop -> loop.look(now));
    }

    @Override
    public Runnable prepare(Config next) {
        return () -> limits = Limits.of(next);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    /** A loop, and the number of checks for which it has not answered. */
    private static final class Watched {
        private final EventLoop loop;
        private volatile boolean hasTurned = true;
        private long stalledNanos;
        private boolean isReported;

        Watched(EventLoop loop) {
            this.loop = loop;
        }

        void look(Limits limits) {
            if (hasTurned) {
                turns();
            } else {
                stalledNanos += PERIOD.toNanos();
                stalls(limits);
            }
        }

        private void turns() {
            if (isReported) {
                log.warn("loop_turns_again loop={} after={}s", name(), seconds());
            }
            isReported = false;
            stalledNanos = 0;
            hasTurned = false;
            try {
                loop.execute(() -> hasTurned = true);
            } catch (RejectedExecutionException _) {
                hasTurned = true; // it is being closed
            }
        }

        private void stalls(Limits limits) {
            if (isOver(limits.exitNanos)) {
                Fatal.tell(new StalledLoop(name(), seconds(), stack()));
            } else if (!isReported && isOver(limits.reportNanos)) {
                isReported = true;
                log.error(
                        "loop_stalled loop={} for={}s",
                        name(),
                        seconds(),
                        new StalledLoop(name(), seconds(), stack()));
            }
        }

        private boolean isOver(long limitNanos) {
            return limitNanos > 0 && stalledNanos >= limitNanos;
        }

        private long seconds() {
            return TimeUnit.NANOSECONDS.toSeconds(stalledNanos);
        }

        private String name() {
            return loop instanceof SingleThreadEventExecutor single
                    ? single.threadProperties().name()
                    : loop.toString();
        }

        private StackTraceElement[] stack() {
            return loop instanceof SingleThreadEventExecutor single
                    ? single.threadProperties().stackTrace()
                    : new StackTraceElement[0];
        }
    }

    /** A loop that does not turn; its stack is that of the loop's thread. */
    static final class StalledLoop extends Error {
        private static final long serialVersionUID = 1;

        StalledLoop(String loop, long seconds, StackTraceElement[] stack) {
            super(loop + " has not turned for " + seconds + " s (loop_stall_exit); it is at");
            setStackTrace(stack);
        }
    }
}
