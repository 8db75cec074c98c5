package dev.weir.session;

import dev.weir.backend.InjectedQuery;
import dev.weir.backend.LogHistory;
import dev.weir.backend.ServerConnection;
import dev.weir.backend.WriteTrace;
import dev.weir.config.CommitCertainty;
import dev.weir.config.PoolMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The question which log a server writes, without which nothing can be found out of a COMMIT later.
 * It is asked once for each connection, ahead of the first client's messages and in the same write;
 * a standby does not know, and is asked once more if it comes to write.
 */
record HistoryQuestion(WriteTrace writes) implements InjectedQuery {
    /** Whether this client's transactions are worth it. */
    static boolean isWanted(Turn turn) {
        return turn.mode() == PoolMode.TRANSACTION && certainty(turn) != CommitCertainty.OFF;
    }

    static CommitCertainty certainty(Turn turn) {
        return turn.pool().settings().commitCertainty();
    }

    /** A connection is leased; true if it was asked, which is not flushed. */
    static boolean ahead(Turn turn, ServerConnection server) {
        WriteTrace writes = server.writes();
        if (!writes.isNew() || !isWanted(turn)) {
            return false;
        }
        writes.asksEarly();
        server.inject(CommitQuestion.HISTORY, new HistoryQuestion(writes));
        return true;
    }

    /** No transaction is open; true if it was asked, since it has written. */
    static boolean behind(Turn turn, ServerConnection server) {
        WriteTrace writes = server.writes();
        if (!writes.lacksHistory() || !isWanted(turn)) {
            return false;
        }
        writes.asks();
        server.inject(CommitQuestion.HISTORY, new HistoryQuestion(writes));
        server.flush();
        return true;
    }

    @Override
    public void row(List<@Nullable String> values) {
        LogHistory known = CommitQuestion.history(values);
        if (known != null) {
            writes.history(known);
        }
    }

    @Override
    public void succeeded() {}

    @Override
    public void failed() {}
}
