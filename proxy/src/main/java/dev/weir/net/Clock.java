package dev.weir.net;

import io.netty.util.concurrent.Ticker;
import java.time.Instant;
import java.time.InstantSource;

/**
 * The time of day, and a monotonic clock for durations. Created once and passed to everything that
 * needs the time off a loop; code on a loop calls {@link LoopOwned#nanoTime}, the clock of that
 * loop's timers. In the process both are the system's; a test moves both with one {@link Ticker}.
 * Immutable and thread-safe.
 */
public final class Clock {
    private static final Clock SYSTEM = new Clock(Ticker.systemTicker(), InstantSource.system());

    private final Ticker ticker;
    private final InstantSource calendar;

    public Clock(Ticker ticker, InstantSource calendar) {
        this.ticker = ticker;
        this.calendar = calendar;
    }

    /** The clock of this machine, whose {@link #nanoTime} is {@link System#nanoTime}. */
    public static Clock system() {
        return SYSTEM;
    }

    /** Nanoseconds since an arbitrary moment; monotonic. */
    public long nanoTime() {
        return ticker.nanoTime();
    }

    /** The time of day; may jump. */
    public Instant now() {
        return calendar.instant();
    }

    /** The time of day at a reading of {@link #nanoTime}. */
    public Instant at(long nanoTime) {
        return now().minusNanos(nanoTime() - nanoTime);
    }
}
