package dev.weir.exchange;

import dev.weir.sql.Text;
import org.jspecify.annotations.Nullable;

/** What a {@link RequestObserver} is told of a request of a client's that has ended. */
public interface RequestEnd {
    /** How a request ended. */
    enum Outcome {
        SUCCEEDED,
        /** The server answered with an error: {@link #sqlState}. */
        FAILED,
        /** The server never looked at it: an earlier error of its batch, or a COPY that ran. */
        SKIPPED,
        /** The connection ended first, or it is not known any more what the server owes. */
        LOST
    }

    Request request();

    /** The statement text that it runs or parses; null if it has none, or none that is kept. */
    @Nullable Text text();

    Outcome outcome();

    /** How long it took from when it was sent until it ended, in nanoseconds. */
    long nanos();

    /** How many rows the command tags of its answers name, 0 or more. */
    long rows();

    /** The size of its answers in bytes, headers included, 0 or more. */
    long bytes();

    /** The SQLSTATE of the error with which it failed; null unless it did. */
    @Nullable String sqlState();
}
