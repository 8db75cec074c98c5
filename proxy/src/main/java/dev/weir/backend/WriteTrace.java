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

    /** Whether the connection writes, and was not asked for its history yet. */
    public boolean lacksHistory() {
        return everChanged && !asked;
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
