package dev.weir.login;

import dev.weir.protocol.CancelKey;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/** What a client gets once it has logged in. Implemented above: sessions, the console. */
public interface Service {
    /** Whether it goes on serving while the process waits for its end. */
    default boolean servesToTheEnd() {
        return false;
    }

    /** Whether it serves this database name. */
    boolean serves(String database);

    /** Whether a client may come in without a proof, as the process's owner to the console. */
    default boolean trusts(ClientHello hello) {
        return false;
    }

    /**
     * Takes over a client that has logged in. The channel has no handler of the login any more,
     * auto-read is off and no read is outstanding. AuthenticationOk is written but not flushed, so
     * that it goes with what the service says first.
     *
     * @param early what the client sent already, for the service to release; or null
     */
    void enter(Channel channel, ClientHello hello, @Nullable ByteBuf early);

    /** Cancels what the holder of the key runs; false if it is none of this service's. */
    boolean cancel(CancelKey key);
}
