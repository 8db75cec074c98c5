package dev.weir.backend;

import dev.weir.protocol.CommandTag;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the transactions of one server connection that change something; used to find
 * out later whether one was committed.
 */
public final class WriteTrace {
    private boolean changed;
    private boolean undone;
    private boolean failed;
    private int commits;
    private boolean everChanged;
    private boolean askedEarly;
    private boolean asked;
    private @Nullable LogHistory history;

    /** A command is complete; its tag is the {@code length} bytes at {@code body}. */
    void completed(ByteBuf in, int body, int length) {
        if (length <= 2) {
            return;
        } else if (CommandTag.isCommit(in, body, body + length - 1)) {
            commits += changed ? 1 : 0;
            changed = false;
        } else if (CommandTag.mayChange(in, body)) {
            changed = true;
            everChanged = true;
            undone = false;
        } else {
            undone |= CommandTag.isUndone(in, body);
        }
    }

    /** The server has answered with an error. */
    void failed() {
        failed = true;
    }

    /** No transaction is open any more. */
    void transactionEnded() {
        commits += changed && !undone && !failed ? 1 : 0;
        changed = false;
        undone = false;
        failed = false;
    }

    /**
     * How many transactions that have changed something, by their command tags, the server has said
     * to be committed since the last call.
     */
    public int takeCommits() {
        int taken = commits;
        commits = 0;
        return taken;
    }

    /** Whether the open transaction may have changed something, by its command tags. */
    public boolean hasChanged() {
        return changed;
    }

    /** Whether its history is to be asked for ahead of everything else, which is done once. */
    public boolean isNew() {
        return !askedEarly;
    }

    /** The history is asked for, ahead of everything else; a standby does not answer. */
    public void asksEarly() {
        askedEarly = true;
    }

    /** Whether the connection writes, but its history is not known and has not been asked for. */
    public boolean lacksHistory() {
        return everChanged && history == null && !asked;
    }

    /** The history is asked for. */
    public void asks() {
        asked = true;
    }

    /** The answer has come. */
    public void history(LogHistory known) {
        history = known;
    }

    /** The log that the connection writes to; null if not known. */
    public @Nullable LogHistory history() {
        return history;
    }
}
