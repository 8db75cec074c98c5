package dev.weir.net;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/** The few things that only the C library knows. Linked at the first use, and then kept. */
@SuppressWarnings("restricted") // it calls C
public final class Posix {
    /** More than sysconf(_SC_GETPW_R_SIZE_MAX) says anywhere. */
    private static final int ENTRY_BYTES_MAX = 64 * 1024;

    /** Larger than any struct passwd; its first field is the name. */
    private static final int PASSWD_BYTES = 128;

    private Posix() {}

    /** The functions. */
    private static final class Functions {
        private static final Linker LINKER = Linker.nativeLinker();

        static final MethodHandle GETEUID = handle("geteuid", FunctionDescriptor.of(JAVA_INT));
        static final MethodHandle GETPWUID_R =
                handle(
                        "getpwuid_r",
                        FunctionDescriptor.of(
                                JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));

        private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
            SymbolLookup lookup = LINKER.defaultLookup();
            return LINKER.downcallHandle(lookup.findOrThrow(name), descriptor);
        }
    }

    /** The user as whom this process runs. */
    public static int effectiveUser() {
        try {
            return (int) Functions.GETEUID.invokeExact();
        } catch (Throwable e) {
            throw new IllegalStateException("geteuid", e);
        }
    }

    /**
     * The name of a user of the operating system; null if there is none. May block, as a directory
     * service may be asked.
     */
    public static @Nullable String userName(int uid) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment entry = arena.allocate(PASSWD_BYTES, Long.BYTES);
            MemorySegment strings = arena.allocate(ENTRY_BYTES_MAX);
            MemorySegment found = arena.allocate(ADDRESS);
            int failure =
                    (int)
                            Functions.GETPWUID_R.invokeExact(
                                    uid, entry, strings, (long) ENTRY_BYTES_MAX, found);
            if (failure != 0 || found.get(ADDRESS, 0).equals(MemorySegment.NULL)) {
                return null;
            }
            return entry.get(ADDRESS, 0).reinterpret(ENTRY_BYTES_MAX).getString(0);
        } catch (Throwable e) {
            throw new IllegalStateException("getpwuid_r", e);
        }
    }
}
