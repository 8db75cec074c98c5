package dev.weir.os;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;

/** The files that a process inherits from its parent. */
public final class StandardFiles {
    private static final int READ_WRITE = 2;
    private static final int SET_FLAGS = 4;
    private static final int NON_BLOCKING = 0x800;

    private StandardFiles() {}

    /**
     * Tells the launcher, which waits at the other end of {@code file}, that the daemon is up, and
     * detaches from the terminal.
     *
     * @throws IOException if there is no such file, so that nobody is waiting
     */
    public static void detach(int file) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            // Not by its name in /dev/fd: a process that used to be root may not open that.
            CLibrary.sized("write", JAVA_INT, ADDRESS, JAVA_LONG)
                    .call(file, arena.allocateFrom("up\n"), 3L);
            int nothing =
                    CLibrary.function("open", ADDRESS, JAVA_INT)
                            .call(arena.allocateFrom("/dev/null"), READ_WRITE);
            var duplicate = CLibrary.function("dup2", JAVA_INT, JAVA_INT);
            for (int i = 0; i <= 2; i++) {
                duplicate.call(nothing, i);
            }
            duplicate.call(nothing, file);
        }
    }

    /** Prepares an inherited socket for use by an event loop. */
    public static void unblock(int file) throws IOException {
        CLibrary.function(
                        "fcntl",
                        JAVA_INT,
                        new MemoryLayout[] {JAVA_INT, JAVA_INT, JAVA_INT},
                        Linker.Option.firstVariadicArg(2))
                .call(file, SET_FLAGS, NON_BLOCKING);
    }
}
