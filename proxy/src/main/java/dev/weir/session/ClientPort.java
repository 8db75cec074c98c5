package dev.weir.session;

import dev.weir.login.ClientHello;
import dev.weir.net.SocketSnapshot;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.net.SocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The way to one client: what a session needs of a connection, and no more. A session has a port
 * and never sees a channel, so that a client may come in by another protocol, or be scripted.
 *
 * <p>Used on the loop of the client's pool shard only. A port that has been closed, by either side,
 * takes what is written to it and releases it.
 */
interface ClientPort {
    /** Where buffers for the client come from. */
    ByteBufAllocator alloc();

    /** Writes bytes that leave with the next {@link #flush}. Takes over {@code bytes}. */
    void write(ByteBuf bytes);

    /** Sends what was written. */
    void flush();

    /** Writes and sends. Takes over {@code bytes}. */
    default void send(ByteBuf bytes) {
        write(bytes);
        flush();
    }

    /**
     * Whether the client takes more; if not, its server is not read. A port that has been closed
     * takes everything.
     */
    boolean isWritable();

    /** Resumes or stops reading from the client; while suspended, this applies afterwards. */
    void reading(boolean on);

    /** Stops reading from the client, whatever {@link #reading} says, or resumes: SUSPEND. */
    void suspend(boolean on);

    /** The same, for another reason: what the client does could not be written down. */
    void quiet(boolean on);

    /**
     * Closes the port once what was written has been sent. Does nothing if it is closed.
     *
     * @param unreadMax how long the client may leave that unread; zero = forever
     */
    void close(Duration unreadMax);

    /** Closes the port at once: it is no longer known what the client was told. */
    void abort();

    /** How many bytes were written and have not reached the kernel. */
    long pendingBytes();

    /** The number of its file; -1 where there is none. */
    int fileDescriptor();

    /** Our end of it; null once it is closed, or where there is none. */
    @Nullable SocketAddress localAddress();

    /** The other end of it, be it a proxy's; null once it is closed, or where there is none. */
    @Nullable SocketAddress remoteAddress();

    /**
     * What it is now.
     *
     * @param hello who the client is, and where it is if a proxy is between
     * @param heldBytes what was read from it and not passed on
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
