package dev.weir.backend;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** What the holder of a server connection is told. Called on the connection's loop. */
public interface ServerEvents {
    /** Bytes for the client: whole messages or parts of a large one. Takes over {@code run}. */
    void serverBytes(ByteBuf run);

    /**
     * Everything that one read brought was handed over: time to flush, and to see what is finished.
     */
    void serverTurnEnd();

    /**
     * A notification came. It is forwarded unless the holder takes it.
     *
     * @param in borrowed; {@code length} bytes at {@code at} are the message, which may be changed
     */
    default boolean takesNotification(ByteBuf in, int at, int length) {
        return false;
    }

    /**
     * A reported parameter changed.
     *
     * @param injected whether it changed through a query of Weir's own
     * @return whether the client is to be told
     */
    boolean parameterChanged(String name, String value, boolean injected);

    /**
     * The server refuses a Bind because its statement is older than a table (0A000).
     *
     * @return whether the holder sends the batch once more; then nothing of this one is handed over
     */
    default boolean refusedStale() {
        return false;
    }

    /**
     * The server answers with an error that is not forwarded yet.
     *
     * @param ends whether the connection ends with it
     * @return whether the holder runs the batch elsewhere; then nothing more of it is handed over
     */
    default boolean refuses(String sqlState, boolean ends) {
        return false;
    }

    /** What becomes of a holder whose server ends the connection with an error. */
    enum After {
        /** It ends, too; the error is handed over. */
        END,
        /** It goes on, and is handed nothing more. */
        GO_ON,
        /** The same, and what is answered by the read that has the error is not handed over. */
        REPEAT
    }

    /** The server ends the connection with this error, which is not handed over yet. */
    default After ends(ServerFailure why) {
        return After.END;
    }

    /** Whether {@link #refuses} is to be asked at all. */
    default boolean mayRunElsewhere() {
        return false;
    }

    /** DISCARD ALL or DEALLOCATE ALL was carried out: no named statement is left. */
    default void statementsDiscarded() {}

    /** The server's socket takes, or does not take, more bytes. */
    void serverWritabilityChanged(boolean writable);

    /**
     * The connection is gone. Bytes that arrived before were handed over.
     *
     * @param failure the FATAL error the server sent, which was already forwarded; or null
     * @param violation what the server did that no server may do; or null
     */
    void serverLost(@Nullable ServerFailure failure, @Nullable String violation);
}
