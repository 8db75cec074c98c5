package dev.weir.os;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * How many files, sockets included, the kernel lets this process open: {@code ulimit -n}. Asking
 * opens none.
 *
 * @param soft the limit that holds
 * @param hard what the process may raise it to
 */
public record FileLimit(long soft, long hard) {
    /** Its number on Linux, for amd64 and arm64. */
    private static final int RLIMIT_NOFILE = 7;

    private static final long RLIM_INFINITY = -1;

    /** Returns the limit as it is now; empty on other systems than Linux. */
    public static Optional<FileLimit> now() {
        if (!System.getProperty("os.name").equals("Linux")) {
            return Optional.empty();
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment limits = arena.allocate(JAVA_LONG, 2);
            CLibrary.function("getrlimit", JAVA_INT, ADDRESS).call(RLIMIT_NOFILE, limits);
            return Optional.of(
                    new FileLimit(
                            limits.getAtIndex(JAVA_LONG, 0), limits.getAtIndex(JAVA_LONG, 1)));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /** Whether {@code count} files are more than may be open. */
    public boolean isBelow(long count) {
        return soft != RLIM_INFINITY && count > soft;
    }

    /** A limit in the kernel's notation. */
    public static String shown(long limit) {
        return limit == RLIM_INFINITY ? "unlimited" : Long.toUnsignedString(limit);
    }
}
