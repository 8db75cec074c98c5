package dev.weir.os;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** The names of the operating system's users. Linked on first use. */
@SuppressWarnings("restricted")
public final class UserNames {
    /** More than sysconf(_SC_GETPW_R_SIZE_MAX) returns on any system. */
    private static final int ENTRY_BYTES_MAX = 64 * 1024;

    /** Larger than any struct passwd; its first field is the name. */
    private static final int PASSWD_BYTES = 128;

    private static final CLibrary.Function GETPWUID_R =
            CLibrary.function("getpwuid_r", JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);

    private UserNames() {}

    /**
     * The name of the user with this id; null if there is none. May block, since a directory
     * service may be asked.
     */
    public static @Nullable String of(int uid) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment entry = arena.allocate(PASSWD_BYTES, Long.BYTES);
            MemorySegment strings = arena.allocate(ENTRY_BYTES_MAX);
            MemorySegment found = arena.allocate(ADDRESS);
            int failure = GETPWUID_R.call(uid, entry, strings, (long) ENTRY_BYTES_MAX, found);
            if (failure != 0 || found.get(ADDRESS, 0).equals(MemorySegment.NULL)) {
                return null;
            }
            return entry.get(ADDRESS, 0).reinterpret(ENTRY_BYTES_MAX).getString(0);
        } catch (IOException e) {
            throw new IllegalStateException("getpwuid_r", e);
        }
    }
}
