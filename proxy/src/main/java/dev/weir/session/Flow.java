package dev.weir.session;

import dev.weir.error.EndReason;
import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;

/**
 * What the parts of a session may ask it for: a server connection, a halt until all is answered, an
 * end. What they may see is in {@link Turn}.
 */
interface Flow {
    /** Whether the client's messages may be forwarded; if not, they are held. */
    boolean mayForward();

    /** Whether nothing is forwarded until all is answered, except what the server waits for. */
    boolean isHolding();

    boolean isClosed();

    // --- a server connection --------------------------------------------------------------------

    /** Leases a server connection; false if the client has to wait for it. */
    boolean lease();

    /** Leases from one of the nodes, at once or after a wait for a replica. */
    void leaseFrom(int node);

    /** Makes the client wait, though not in the line; {@link #leaseFrom} follows. */
    void waitAside();

    /** Continues in a moment with what is held, unless something else does. */
    void retrySoon();

    /**
     * Makes the message at hand wait for a place among the pinned, without a server connection.
     * What was sent before is answered first; if a block is open then, the message is tried again.
     */
    void waitForPin();

    // --- a halt ---------------------------------------------------------------------------------

    /** Forwards nothing more until the server has answered all that was sent. */
    void holdUntilAnswered();

    /** Ends the transaction on the replica with this command, so that one can begin elsewhere. */
    void endTransaction(String command);

    /**
     * More is held for the client than before, though it is not its turn.
     *
     * @return whether the process has no memory for that
     */
    boolean holdsMore();

    // --- an end ---------------------------------------------------------------------------------

    /** Answers the request that waits for a server with an error, and continues with the next. */
    default void refuseRequest(ProxyError error, Object... blanks) {
        refuseRequest(error.refusal(blanks));
    }

    /** Like {@link #refuseRequest(ProxyError, Object...)}. */
    void refuseRequest(Refusal why);

    /**
     * Makes the client wait, though not in the line, and refuses the message at hand as soon as it
     * is held like one that waits, unless the client gives up first.
     */
    void refuseSoon(Refusal why);

    /** Tells the client why, and closes both connections: what was to be sent no longer can be. */
    void fail(ProxyError error, Object... blanks);

    /** Everything that the client has sent is done, and it sends nothing more. */
    void ended(EndReason reason);

    /** Something of Weir's own went wrong: nobody knows any more what either side was told. */
    void broken();
}
