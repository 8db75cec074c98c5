package dev.weir.os;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A socket that was already listening when this process started, by systemd's socket activation.
 *
 * @param file its file descriptor
 * @see <a
 *     href="https://www.freedesktop.org/software/systemd/man/sd_listen_fds.html">sd_listen_fds(3)</a>
 */
public record InheritedSocket(int file, boolean isUnix) {
    private static final int FIRST_FILE = 3;
    private static final int AF_UNIX = 1;
    private static final int SOL_SOCKET = 1;
    private static final int SO_ACCEPTCONN = 30;
    private static final int ADDRESS_BYTES = 128;

    /**
     * The sockets named in {@code environment}, if it is addressed to this process.
     *
     * @throws IOException if one of the files is not a socket, or is not listening
     */
    public static List<InheritedSocket> of(Map<String, String> environment) throws IOException {
        String count = environment.getOrDefault("LISTEN_FDS", "");
        String pid = environment.get("LISTEN_PID");
        if (!count.matches("[0-9]{1,4}") || !("" + ProcessHandle.current().pid()).equals(pid)) {
            return List.of();
        }
        var sockets = new ArrayList<InheritedSocket>();
        for (int i = 0; i < Integer.parseInt(count); i++) {
            sockets.add(at(FIRST_FILE + i));
        }
        return sockets;
    }

    private static InheritedSocket at(int file) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment length = arena.allocateFrom(JAVA_INT, ADDRESS_BYTES);
            MemorySegment address = arena.allocate(ADDRESS_BYTES, Integer.BYTES);
            CLibrary.function("getsockname", JAVA_INT, ADDRESS, ADDRESS)
                    .call(file, address, length);
            MemorySegment listens = arena.allocate(JAVA_INT);
            length.set(JAVA_INT, 0, Integer.BYTES);
            CLibrary.function("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS)
                    .call(file, SOL_SOCKET, SO_ACCEPTCONN, listens, length);
            if (listens.get(JAVA_INT, 0) == 0) {
                throw new IOException("it does not listen");
            }
            StandardFiles.unblock(file);
            return new InheritedSocket(file, address.get(JAVA_SHORT, 0) == AF_UNIX);
        } catch (IOException e) {
            throw new IOException(
                    "cannot use file " + file + " of LISTEN_FDS: " + e.getMessage(), e);
        }
    }
}
