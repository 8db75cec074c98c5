package dev.weir.net;

import io.netty.util.concurrent.Ticker;
import java.time.Instant;
import java.time.InstantSource;

/**
 * The time: of day, and since some moment for what lasts. Made once and handed to everyone who asks
 * for the time off a loop; who lives on a loop asks {@link LoopOwned#nanoTime}, which is the clock
 * of that loop's timers. In the process both are the system's; a test moves both with one {@link
 * Ticker}. Immutable; any thread may ask.
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

    /** Nanoseconds since some moment; never goes back, and says nothing of the time of day. */
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
