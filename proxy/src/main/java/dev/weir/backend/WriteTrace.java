package dev.weir.backend;

import dev.weir.protocol.CommandTag;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the transactions of one server connection that change something: needed to find
 * out later whether one was committed.
 */
public final class WriteTrace {
    private boolean changed;
    private boolean everChanged;
    private boolean askedEarly;
    private boolean asked;
    private @Nullable LogHistory history;

    /** A command is complete; its tag stands in {@code length} bytes at {@code body}. */
    void completed(ByteBuf in, int body, int length) {
        if (!changed && length > 2) {
            changed = CommandTag.mayChange(in, body);
            everChanged |= changed;
        }
    }

    /** No transaction is open any more. */
    void transactionEnded() {
        changed = false;
    }

    /** Whether the transaction that is open may have changed something, by its command tags. */
    public boolean hasChanged() {
        return changed;
    }

    /** Whether it is to be asked for its history ahead of all else, which is done once. */
    public boolean isNew() {
        return !askedEarly;
    }

    /** It is asked, ahead of all else; a standby does not answer that. */
    public void asksEarly() {
        askedEarly = true;
    }

    /** Whether the connection writes, and its history is not known, and was not asked for since. */
    public boolean lacksHistory() {
        return everChanged && history == null && !asked;
    }

    /** It is asked. */
    public void asks() {
        asked = true;
    }

    /** The answer came. */
    public void history(LogHistory known) {
        history = known;
    }

    /** Whose log the connection writes to; null if that is not known. */
    public @Nullable LogHistory history() {
        return history;
    }
}
