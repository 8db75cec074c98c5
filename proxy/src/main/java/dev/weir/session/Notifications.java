package dev.weir.session;

import dev.weir.backend.ServerConnection;
import dev.weir.exchange.Ledger;
import io.netty.buffer.ByteBuf;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a client listens on by its pool's shared connection, for the rest of its session. */
interface Notifications {
    /** Whether it listens on anything. */
    boolean isListening();

    /** On how many channels it listens. */
    int channels();

    /** The names of the channels, for display. */
    List<String> shownNames();

    /** How many bytes of notifications wait for the client. */
    long waitingBytes();

    // --- the channels -------------------------------------------------------------------------

    /**
     * Learns from the server which channels the held connection listens on.
     *
     * @param evidence the value of the setting that {@link Relistening} sets; null if it is not set
     */
    void found(Collection<String> onServer, @Nullable String evidence);

    /** A text with these facts is about to run. */
    void willRun(long flags);

    /** Whether a text with these facts needs the client's channels on the held connection. */
    boolean mustRelisten(long flags);

    /** Makes the held connection listen on all channels of the client, by writing a query. */
    void relisten(ByteBuf out, Ledger ledger);

    /** Like {@link #relisten}, within the batch that is open. */
    void relistenInside(ByteBuf out, Ledger ledger);

    // --- what the client is told --------------------------------------------------------------

    /**
     * Takes a notification that came on the held connection, unless it is to go to the client.
     *
     * @return whether it was taken
     */
    boolean takes(ByteBuf in, int at, int length);

    /**
     * Takes the ReadyForQuery off the end of {@code run}, if it ends the transaction.
     *
     * @return whether it did; the client gets it later
     */
    boolean keepsReady(ByteBuf run);

    /** Sends the client its ReadyForQuery, if that was kept, and what must come ahead of it. */
    void releaseReady();

    /**
     * The transaction is over and all is answered: makes sure that the client listens by the shared
     * connection, and has got the notifications due to it.
     *
     * @return whether that takes longer; the session is told when it is done
     */
    boolean settles(ServerConnection server);

    /** Runs {@code then} once everything that has been notified until now has arrived. */
    void catchUp(Runnable then);

    // --- the end ------------------------------------------------------------------------------

    /** The held connection is gone. */
    void serverGone();

    /** The client is gone. */
    void end();
}
