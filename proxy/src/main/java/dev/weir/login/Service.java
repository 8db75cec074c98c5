package dev.weir.login;

import dev.weir.protocol.CancelKey;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * What serves a client once it has logged in. Implemented by packages above: sessions, the console.
 */
public interface Service {
    /** Whether it keeps serving while the process is shutting down. */
    default boolean servesToTheEnd() {
        return false;
    }

    /** Whether its clients do not count towards {@code max_client_conn}: it has its own limit. */
    default boolean boundsItsClients() {
        return false;
    }

    /** Whether it serves this database name. */
    boolean serves(String database);

    /**
     * Whether a client may come in without authentication, as the process's owner may enter the
     * console.
     */
    default boolean trusts(ClientHello hello) {
        return false;
    }

    /**
     * Takes over a client that has logged in. The channel no longer has a handler of the login,
     * auto-read is off, and no read is outstanding. AuthenticationOk has been written but not
     * flushed, so that it is sent along with the first message of the service.
     *
     * @param early what the client has already sent, to be released by the service; or null
     */
    void enter(Channel channel, ClientHello hello, @Nullable ByteBuf early);

    /**
     * Cancels what the owner of the key is running; returns false if the key was not issued by this
     * service.
     *
     * @param done runs on any thread once this can cancel none of the owner's later requests; not
     *     called if the result is false
     */
    boolean cancel(CancelKey key, Runnable done);
}
