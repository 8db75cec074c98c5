package dev.weir.session;

import dev.weir.login.ClientHello;
import dev.weir.net.SocketSnapshot;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.net.SocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The connection to one client: what a session needs of it, and no more. A session has a port and
 * never sees a channel, so that a client may use another protocol, or be scripted.
 *
 * <p>Used only on the loop of the client's pool shard. A port that has been closed, by either side,
 * accepts what is written to it and releases it.
 */
interface ClientPort {
    /** The allocator of buffers for the client. */
    ByteBufAllocator alloc();

    /** Writes bytes that are sent by the next {@link #flush}. Takes over {@code bytes}. */
    void write(ByteBuf bytes);

    /** Sends what was written. */
    void flush();

    /** Writes and sends. Takes over {@code bytes}. */
    default void send(ByteBuf bytes) {
        write(bytes);
        flush();
    }

    /**
     * Whether the client can take more; if not, its server is not read. A closed port takes
     * everything.
     */
    boolean isWritable();

    /** Resumes or stops reading from the client; while suspended, this takes effect afterwards. */
    void reading(boolean on);

    /** Stops reading from the client, whatever {@link #reading} says, or resumes: SUSPEND. */
    void suspend(boolean on);

    /** The same, for another reason: what the client does could not be recorded. */
    void quiet(boolean on);

    /**
     * Closes the port once what was written has been sent. Does nothing if it is closed.
     *
     * @param unreadMax how long the client may leave that unread; zero = no limit
     */
    void close(Duration unreadMax);

    /** Closes the port at once: it is no longer known what has been sent to the client. */
    void abort();

    /** How many bytes have been written but have not reached the kernel. */
    long pendingBytes();

    /** Its file descriptor; -1 if there is none. */
    int fileDescriptor();

    /** Our address; null once the port is closed, or if there is none. */
    @Nullable SocketAddress localAddress();

    /** The peer's address, which may be a proxy's; null once closed, or if there is none. */
    @Nullable SocketAddress remoteAddress();

    /**
     * A snapshot.
     *
     * @param hello who the client is, and its address if it comes through a proxy
     * @param heldBytes how many bytes have been read from it but not passed on
     */
    default SocketSnapshot snapshot(ClientHello hello, long heldBytes) {
        SocketAddress real = hello.origin().address();
        return new SocketSnapshot(
                real == null ? remoteAddress() : real,
                localAddress(),
                fileDescriptor(),
                hello.origin().tls(),
                heldBytes,
                pendingBytes());
    }
}
