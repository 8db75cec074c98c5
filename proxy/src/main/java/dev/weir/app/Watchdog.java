package dev.weir.app;

import dev.weir.net.Loops;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Tells the service manager that the process is alive, as often as it requires. */
final class Watchdog {
    private final Duration interval;
    private final Runnable alive;
    private final List<EventLoop> loops;

    /**
     * @param interval the longest in which it must be told; zero = it need not
     * @param alive tells it
     */
    Watchdog(Duration interval, Runnable alive, Loops loops) {
        this.interval = interval;
        this.alive = alive;
        this.loops = loops.all();
    }

    void start() {
        long nanos = interval.toNanos() / 2;
        if (nanos > 0) {
            loops.getFirst().scheduleAtFixedRate(() -> ask(0), nanos, nanos, TimeUnit.NANOSECONDS);
        }
    }

    /** Visits all loops in turn, so that a loop that hangs keeps the message from being sent. */
    private void ask(int index) {
        if (index == loops.size()) {
            alive.run();
        } else {
            loops.get(index).execute(() -> ask(index + 1));
        }
    }
}
