package dev.weir.session;

import dev.weir.backend.ServerConnection;
import dev.weir.exchange.Ledger;
import io.netty.buffer.ByteBuf;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client listens on by the connection that its pool shares, as the other parts of its
 * session see it.
 */
interface Notifications {
    /** Whether it listens on anything. */
    boolean isListening();

    /** On how many channels it listens. */
    int channels();

    /** The channels, for people. */
    List<String> shownNames();

    /** How many bytes wait for the client. */
    long waitingBytes();

    // --- what it listens on -------------------------------------------------------------------

    /**
     * Takes the server's word for what the held connection listens on.
     *
     * @param evidence what is set there beside what was brought; null if nothing
     */
    void found(Collection<String> onServer, @Nullable String evidence);

    /** A text with these facts is about to run. */
    void runs(long flags);

    /** Whether a text with these facts is to find what the client listens on. */
    boolean mustBring(long flags);

    /** Lets the held connection listen on all that the client does, by a query that is written. */
    void bring(ByteBuf out, Ledger ledger);

    /** As {@link #bring}, within a batch that was begun. */
    void bringInside(ByteBuf out, Ledger ledger);

    // --- what the client is told --------------------------------------------------------------

    /**
     * Takes a notification that came to the held connection, unless it is the client's.
     *
     * @return whether it is not
     */
    boolean takes(ByteBuf in, int at, int length);

    /**
     * Takes from {@code run} the ReadyForQuery with which it ends, if its transaction does, too.
     *
     * @return whether it did; the client gets it later
     */
    boolean keepsReady(ByteBuf run);

    /** Gives the client its ReadyForQuery, if that was kept, and what is to come ahead of it. */
    void releaseReady();

    /**
     * The transaction is over and nothing is owed: sees to it that the client listens by the shared
     * connection, and has got what it is to get.
     *
     * @return whether that takes longer; then the session is told
     */
    boolean settles(ServerConnection server);

    /** Runs {@code then} when nothing comes any more that was notified before now. */
    void catchUp(Runnable then);

    // --- the end ------------------------------------------------------------------------------

    /** The held connection is gone. */
    void serverGone();

    /** The client is gone. */
    void end();
}
