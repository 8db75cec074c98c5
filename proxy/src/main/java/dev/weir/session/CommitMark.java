package dev.weir.session;

import dev.weir.backend.LogHistory;
import dev.weir.backend.ServerConnection;
import dev.weir.exchange.InjectedCall;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The ID of a transaction that has changed something, and the position of the server's log at that
 * time: from these it can be found out later whether it was committed. Asked for each transaction.
 */
final class CommitMark {
    private final Asked xid = new Asked();
    private final Asked position = new Asked();
    private @Nullable LogHistory history;
    private boolean isInLog;

    /** One value that is asked for. */
    static final class Asked implements InjectedCall {
        private static final long NONE = -1;

        private long value = NONE;

        @Override
        public void result(long answer) {
            value = answer;
        }

        @Override
        public boolean failsRequest() {
            return true;
        }

        @Override
        public void succeeded() {}

        @Override
        public void failed() {}

        private boolean isKnown() {
            return value != NONE;
        }
    }

    /** The size of the questions. */
    static final int BYTES = 2 * OwnCall.BYTES + OwnCall.MESSAGE_BYTES;

    /**
     * Asks on this connection, whose log is that of {@code of}.
     *
     * @param writes whether the transaction is named in the log, whatever it has changed
     */
    void ask(ByteBuf out, ServerConnection server, LogHistory of, boolean writes) {
        forget();
        history = of;
        isInLog = writes;
        if (writes) {
            OwnCall.emitMessage(out, server, position, of.messageArguments());
            OwnCall.ASSIGNED_XID.ask(out, server, xid);
        } else {
            OwnCall.ASSIGNED_XID.ask(out, server, xid);
            OwnCall.INSERT_LSN.ask(out, server, position);
        }
    }

    /** Whether it was asked. */
    boolean isAsked() {
        return history != null;
    }

    /** The transaction is over. */
    void forget() {
        history = null;
        xid.value = Asked.NONE;
        position.value = Asked.NONE;
    }

    /** What is known, to be kept; null if that is not enough. */
    @Nullable CommitQuestion question() {
        LogHistory of = history;
        return of == null || !xid.isKnown() || !position.isKnown()
                ? null
                : new CommitQuestion(of, xid.value, position.value, isInLog);
    }
}
