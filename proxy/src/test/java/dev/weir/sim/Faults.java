package dev.weir.sim;

import io.netty.channel.ChannelException;
import io.netty.util.internal.OutOfDirectMemoryError;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the system refuses to Weir in a world: the n-th call at one place, and perhaps all that
 * follow there for a while.
 */
final class Faults {
    /** How long a fault that lasts goes on: longer than a try to connect, shorter than a wait. */
    static final long LASTS_NANOS = 2_000_000_000L;

    /** How long everything stands still. */
    static final long STANDSTILL_NANOS = 3_000_000_000L;

    /** A call of Weir's that may fail, and what it says then. */
    enum Place {
        LOOKUP("look up a name", "Temporary failure in name resolution"),
        SOCKET("socket", "socket(..) failed with error(-24): Too many open files"),
        CONNECT("connect", "connect(..) failed with error(-99): Cannot assign requested address"),
        REGISTER("epoll_ctl", "epoll_ctl(..) failed with error(-28): No space left on device"),
        READ("read", "recvAddress(..) failed with error(-110): Connection timed out"),
        READ_BUFFER("memory to read into", ""),
        WRITE("write", "writeAddress(..) failed with error(-105): No buffer space available"),
        BUFFER("memory to write from", ""),
        SHUTDOWN("shutdown", "shutdown(..) failed with error(-107): not connected"),
        CLOSE("close", "close(..) failed with error(-5): Input/output error"),
        STANDSTILL("everything stands still for 3 s", "");

        final String title;
        private final String error;

        Place(String title, String error) {
            this.title = title;
            this.error = error;
        }

        IOException failure() {
            return new IOException(error);
        }

        /** As Netty says that it could not make a channel. */
        ChannelException noChannel() {
            return new ChannelException("Unable to create Channel", failure());
        }
    }

    /**
     * How things are.
     *
     * @param peer whom the call is about, and what that is doing; empty if it is about nobody
     * @param pool whether connections are free, or clients wait
     */
    record State(String peer, String pool) {}

    /** Of a world in which nothing is refused. */
    static final Faults NONE = new Faults(null, 0, false);

    private final @Nullable Place place;
    private final boolean lasts;
    private final Map<Place, Integer> calls = new EnumMap<>(Place.class);
    private long left;
    private long untilNanos = Long.MIN_VALUE;
    private @Nullable State struckAt;

    private Faults(@Nullable Place place, long number, boolean lasts) {
        this.place = place;
        this.left = number;
        this.lasts = lasts;
    }

    /** Refuses nothing, and counts. */
    static Faults counting() {
        return new Faults(null, 0, false);
    }

    /**
     * Refuses one call.
     *
     * @param number 1 = the first at this place
     * @param lasts whether those that follow for a while are refused, too
     */
    static Faults at(Place place, long number, boolean lasts) {
        return new Faults(place, number, lasts);
    }

    /** Whether anything is refused in this world. */
    boolean areThere() {
        return place != null;
    }

    /** Whether memory is refused. */
    boolean areOfMemory() {
        return place == Place.BUFFER || place == Place.READ_BUFFER;
    }

    /** How often each place was come to. */
    Map<Place, Integer> calls() {
        return calls;
    }

    /** The state of things when it struck first; null if it has not. */
    @Nullable State struckAt() {
        return struckAt;
    }

    /**
     * Whether this call is refused.
     *
     * @param state tells how things are
     */
    boolean strikes(Place here, long nanoTime, Supplier<State> state) {
        if (this == NONE) {
            return false;
        }
        if (place == null) {
            calls.merge(here, 1, Integer::sum);
            return false;
        }
        if (here != place) {
            return false;
        }
        if (--left == 0) {
            struckAt = state.get();
            untilNanos = lasts ? nanoTime + LASTS_NANOS : Long.MIN_VALUE;
            return true;
        }
        return left < 0 && nanoTime < untilNanos;
    }

    /** What Netty throws when there is no direct memory; it lets nobody else make one. */
    static OutOfDirectMemoryError outOfMemory() {
        try {
            Constructor<OutOfDirectMemoryError> made =
                    OutOfDirectMemoryError.class.getDeclaredConstructor(String.class);
            made.setAccessible(true);
            return made.newInstance("failed to allocate (simulated)");
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }
}
