package dev.weir.backend;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Tells the holder of a server connection what happens on it. Called on the connection's loop. */
public interface ServerEvents {
    /** Bytes for the client: whole messages or parts of a large one. Takes over {@code run}. */
    void serverBytes(ByteBuf run);

    /** All bytes of one read have been handed over: time to flush, and to see what is finished. */
    void serverTurnEnd();

    /**
     * A notification came. It is forwarded unless the holder takes it.
     *
     * @param in borrowed; the message is the {@code length} bytes at {@code at}, and may be changed
     */
    default boolean takesNotification(ByteBuf in, int at, int length) {
        return false;
    }

    /**
     * A reported parameter changed.
     *
     * @param injected whether a query of Weir's own changed it
     * @return whether the client is to be told
     */
    boolean parameterChanged(String name, String value, boolean injected);

    /**
     * The server refuses a Bind because a table has changed since its statement was parsed (0A000).
     *
     * @return whether the holder sends the batch again; then nothing of this answer is handed over
     */
    default boolean refusedStale() {
        return false;
    }

    /**
     * The server answers with an error that is not forwarded yet.
     *
     * @param ends whether it ends the connection
     * @return whether the holder runs the batch elsewhere; then no more of the answer is handed
     *     over
     */
    default boolean refuses(String sqlState, boolean ends) {
        return false;
    }

    /** What a holder does when the server ends the connection with an error. */
    enum After {
        /** Its session ends, too; the error is handed over. */
        END,
        /** Its session goes on; nothing more is handed over. */
        GO_ON,
        /** The same; nor are the answers in the read that contains the error. */
        REPEAT
    }

    /** The server ends the connection with this error, which is not handed over yet. */
    default After ends(ServerFailure why) {
        return After.END;
    }

    /** Whether {@link #refuses} is to be called at all. */
    default boolean mayRunElsewhere() {
        return false;
    }

    /** DISCARD ALL or DEALLOCATE ALL has been carried out: no named statement is left. */
    default void statementsDiscarded() {}

    /** How a holder is tied to the connection. */
    enum Tie {
        /** It returns it when its transaction is over. */
        NONE,
        /** It keeps it for longer, but perhaps can be given another one instead. */
        MOVABLE,
        /** It keeps it, and nothing can take its place. */
        BOUND
    }

    /** How the holder is tied to the connection. */
    default Tie tie() {
        return Tie.NONE;
    }

    /** The server is about to be replaced: a holder that is movable gives the connection back. */
    default void vacate() {}

    /**
     * There was no memory for what was read, or for what the holder does about it: the rest of the
     * read is lost, and the connection is about to be closed.
     */
    default void outOfMemory() {}

    /** The server's socket can, or can no longer, take more bytes. */
    void serverWritabilityChanged(boolean writable);

    /**
     * The connection is gone. Bytes that arrived before have been handed over.
     *
     * @param failure the FATAL error that the server sent, already forwarded; or null
     * @param violation how the server violated the protocol; or null
     */
    void serverLost(@Nullable ServerFailure failure, @Nullable String violation);
}
