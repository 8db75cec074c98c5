package dev.weir.os;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * A socket that sends datagrams to a Unix socket, such as syslog's or the service manager's. The
 * JDK has no such sockets. May be used by several threads; a datagram for which there is no room is
 * refused without waiting. Nobody may send while it is being closed.
 */
public final class UnixDatagrams implements AutoCloseable {
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
    private static final int MSG_DONTWAIT_NOSIGNAL = 0x40 | 0x4000;
    private static final int PATH_AT = 2;
    private static final int PATH_BYTES_MAX = 107;

    private final CLibrary.Function sendTo =
            CLibrary.sized("sendto", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
    private final int socket;
    private final MemorySegment address;

    /**
     * @param name the path of the receiving socket; a name that begins with {@code @} is abstract
     * @throws IOException if the name is too long, or if the kernel cannot create a socket
     */
    public UnixDatagrams(String name) throws IOException {
        byte[] path = name.getBytes(StandardCharsets.UTF_8);
        if (path.length > PATH_BYTES_MAX) {
            throw new IOException("name of a Unix socket with " + path.length + " bytes");
        }
        if (path.length > 0 && path[0] == '@') {
            path[0] = 0;
        }
        boolean isFile = path.length > 0 && path[0] != 0;
        address = Arena.ofAuto().allocate(PATH_AT + path.length + (isFile ? 1 : 0), 2);
        address.set(JAVA_SHORT, 0, (short) AF_UNIX);
        MemorySegment.copy(path, 0, address, JAVA_BYTE, PATH_AT, path.length);
        socket =
                CLibrary.function("socket", JAVA_INT, JAVA_INT, JAVA_INT)
                        .call(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
    }

    /**
     * Sends one datagram.
     *
     * @throws IOException if nobody is listening, or if it does not fit
     */
    public void send(byte[] bytes) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocate(Math.max(1, bytes.length));
            MemorySegment.copy(bytes, 0, copy, JAVA_BYTE, 0, bytes.length);
            sendTo.call(
                    socket,
                    copy,
                    (long) bytes.length,
                    MSG_DONTWAIT_NOSIGNAL,
                    address,
                    (int) address.byteSize());
        }
    }

    @Override
    public void close() {
        try {
            CLibrary.function("close", JAVA_INT).call(socket);
        } catch (IOException _) {
            // Nothing was buffered.
        }
    }
}
