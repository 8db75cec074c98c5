package dev.weir.sim;

import io.netty.util.concurrent.Ticker;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Decides what happens next, and when: of all that is ready, chance chooses one; where nothing is,
 * time goes on to the next alarm. It is the clock of the loops, too.
 */
final class Schedule implements Ticker {
    /** How much time one step takes at most. */
    private static final int STEP_NANOS_MAX = 20_000;

    private final Dice dice;
    private final PriorityQueue<Alarm> alarms = new PriorityQueue<>();
    private final List<SimLoop> loops = new ArrayList<>();
    private Source[] ready = new Source[64];
    private int readyCount;
    private long nanos = 1_000_000_000;
    private long alarmsMade;
    private long steps;
    private long trace;

    /** Who runs now; null = something outside of Weir. */
    private @Nullable SimLoop running;

    /** Who ran in the last step. */
    private @Nullable SimLoop ran;

    private record Alarm(long nanos, long number, Runnable what) implements Comparable<Alarm> {
        @Override
        public int compareTo(Alarm other) {
            int order = Long.compare(nanos, other.nanos);
            return order != 0 ? order : Long.compare(number, other.number);
        }
    }

    Schedule(Dice dice) {
        this.dice = dice;
    }

    void add(SimLoop loop) {
        loops.add(loop);
    }

    /** How many steps were made. */
    long steps() {
        return steps;
    }

    /** A number that two runs share only if they made the same steps. */
    long trace() {
        return trace;
    }

    /** Notes something in the trace. */
    void note(long what) {
        trace = Dice.mix(trace ^ what);
    }

    // --- what is ready ------------------------------------------------------------------------

    void set(Source source, boolean isReady) {
        if (isReady == source.slot >= 0) {
            return;
        }
        if (isReady) {
            if (readyCount == ready.length) {
                ready = Arrays.copyOf(ready, readyCount * 2);
            }
            source.slot = readyCount;
            ready[readyCount++] = source;
        } else {
            Source last = ready[--readyCount];
            ready[source.slot] = last;
            last.slot = source.slot;
            source.slot = Source.NOWHERE;
        }
    }

    /** Lets something happen later. */
    void after(long delayNanos, Runnable what) {
        alarms.add(new Alarm(nanos + delayNanos, alarmsMade++, what));
    }

    void afterMillis(int millis, Runnable what) {
        after(TimeUnit.MILLISECONDS.toNanos(millis), what);
    }

    // --- steps --------------------------------------------------------------------------------

    /** Makes the next step; false if nothing will ever happen again. */
    boolean step() {
        ran = null;
        nanos += dice.below(STEP_NANOS_MAX);
        loops.forEach(SimLoop::fetchDue);
        Alarm first = alarms.peek();
        if (first == null || first.nanos > nanos) {
            if (readyCount == 0 && !advance()) {
                return false;
            }
            first = alarms.peek();
        }
        steps++;
        if (first != null && first.nanos <= nanos) {
            alarms.poll();
            note(first.number);
            first.what.run();
        } else if (readyCount > 0) {
            Source next = ready[dice.below(readyCount)];
            note(nanos << 16 ^ next.code());
            next.step();
        }
        return true;
    }

    /** Time passes, and nothing happens. */
    void standsStill(long forNanos) {
        nanos += forNanos;
    }

    /** Whether nothing is ready: only time can change something. */
    boolean isQuiet() {
        return readyCount == 0;
    }

    private boolean advance() {
        long next = alarms.isEmpty() ? Long.MAX_VALUE : alarms.peek().nanos;
        for (SimLoop loop : loops) {
            next = Math.min(next, loop.nextNanos());
        }
        if (next == Long.MAX_VALUE) {
            return false;
        }
        nanos = Math.max(nanos, next);
        loops.forEach(SimLoop::fetchDue);
        return true;
    }

    // --- who runs -----------------------------------------------------------------------------

    /** Which loop of Weir's ran in the last step; null if none did. */
    @Nullable SimLoop ran() {
        return ran;
    }

    boolean isRunning(SimLoop loop) {
        return running == loop;
    }

    /** Lets {@code loop} run something. */
    void run(SimLoop loop, Runnable what) {
        SimLoop before = running;
        running = loop;
        ran = loop;
        try {
            what.run();
        } finally {
            running = before;
        }
    }

    // --- the clock ----------------------------------------------------------------------------

    @Override
    public long initialNanoTime() {
        return 0;
    }

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public void sleep(long delay, TimeUnit unit) {
        throw new UnsupportedOperationException("nothing sleeps in a simulation");
    }
}
