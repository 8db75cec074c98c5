package dev.weir.os;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The operating-system user that this process runs as. The C library changes it for all threads at
 * once, including those of the JVM.
 */
@SuppressWarnings("restricted")
public final class ProcessUser {
    /* struct passwd of glibc: name, password, uid, gid, … */
    private static final long PASSWD_BYTES = 48;
    private static final long UID_AT = 16;
    private static final long GID_AT = 20;

    private ProcessUser() {}

    /** Its user id. */
    public static int id() {
        MethodHandle geteuid = CLibrary.handle("geteuid", FunctionDescriptor.of(JAVA_INT));
        try {
            return (int) geteuid.invokeExact();
        } catch (Throwable e) {
            throw new IllegalStateException("geteuid", e);
        }
    }

    public static boolean isRoot() {
        return id() == 0;
    }

    /**
     * Changes to the user {@code name}, with its groups.
     *
     * @throws IOException if there is no such user, or if this process may not change its user
     */
    public static void become(String name) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocateFrom(name);
            MemorySegment entry = find(text);
            int uid = entry.get(JAVA_INT, UID_AT);
            int gid = entry.get(JAVA_INT, GID_AT);
            if (id() == uid) {
                return;
            }
            CLibrary.function("setgid", JAVA_INT).call(gid);
            CLibrary.function("initgroups", ADDRESS, JAVA_INT).call(text, gid);
            CLibrary.function("setuid", JAVA_INT).call(uid);
        } catch (IOException e) {
            throw new IOException("cannot become user \"" + name + "\": " + e.getMessage(), e);
        }
    }

    private static MemorySegment find(MemorySegment name) throws IOException {
        MethodHandle getpwnam =
                CLibrary.handle("getpwnam", FunctionDescriptor.of(ADDRESS, ADDRESS));
        MemorySegment entry;
        try {
            entry = (MemorySegment) getpwnam.invokeExact(name);
        } catch (Throwable e) {
            throw new IllegalStateException("getpwnam", e);
        }
        if (entry.equals(MemorySegment.NULL)) {
            throw new IOException("no such user");
        }
        return entry.reinterpret(PASSWD_BYTES);
    }
}
