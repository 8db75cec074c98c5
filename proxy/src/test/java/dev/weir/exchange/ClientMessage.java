package dev.weir.exchange;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message that a modelled client sends, with its fate.
 *
 * @param request null for CopyData and Flush, which the ledger does not know
 * @param statements what a Query consists of; exactly one for an Execute, none if it is empty
 * @param fails whether the server answers with an error; for CopyData, whether they are bad
 */
record ClientMessage(
        int id,
        @Nullable Request request,
        int flags,
        boolean isData,
        List<Statement> statements,
        boolean fails) {
    /** What a statement does. */
    enum Statement {
        ROWS,
        SUSPENDED,
        COPY_OUT,
        COPY_IN,
        BEGIN,
        COMMIT,
        FAILURE,
        FAILURE_AFTER_ROWS,
        FAILURE_IN_COPY_OUT
    }

    boolean isExtended() {
        return request != null
                && switch (request) {
                    case PARSE, BIND, DESCRIBE_STATEMENT, DESCRIBE_PORTAL, EXECUTE, CLOSE -> true;
                    case SYNC, QUERY, FUNCTION_CALL, COPY_END -> false;
                };
    }

    boolean is(Request other) {
        return request == other;
    }
}
