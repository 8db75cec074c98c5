package dev.weir.exchange;

import dev.weir.sql.Text;
import org.jspecify.annotations.Nullable;

/** What a {@link RequestObserver} is told about a client's request that has ended. */
public interface RequestEnd {
    /** How a request ended. */
    enum Outcome {
        SUCCEEDED,
        /** The server answered with an error: {@link #sqlState}. */
        FAILED,
        /** The server ignored it, because of an earlier error in its batch or a running COPY. */
        SKIPPED,
        /** The connection ended first, or it is no longer known what the server owes. */
        LOST
    }

    Request request();

    /** The statement text that it runs or parses; null if it has none, or that is not kept. */
    @Nullable Text text();

    Outcome outcome();

    /** The time from sending it until it ended, in nanoseconds. */
    long nanos();

    /** The number of rows in the command tags of its answers; 0 or more. */
    long rows();

    /** The size of its answers in bytes, including headers; 0 or more. */
    long bytes();

    /** The SQLSTATE of the error with which it failed; null if it did not fail. */
    @Nullable String sqlState();
}
