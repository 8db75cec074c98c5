package dev.weir.exchange;

/** A message to the server that will be answered, or that ends a COPY. */
@SuppressWarnings("EnumOrdinal") // it never leaves the process
public enum Request {
    PARSE,
    BIND,
    DESCRIBE_STATEMENT,
    DESCRIBE_PORTAL,
    EXECUTE,
    CLOSE,
    SYNC,
    QUERY,
    FUNCTION_CALL,
    /** CopyDone or CopyFail. It has no answer, but tells which Syncs were sent inside the COPY. */
    COPY_END;

    static final Request[] VALUES = values();

    /** Its index in {@link #VALUES}. */
    int code() {
        return ordinal();
    }

    /** Whether an error at this message makes the server skip everything up to the next Sync. */
    boolean isExtended() {
        return ordinal() <= CLOSE.ordinal();
    }

    /** Whether this message makes the server begin a command, which a Sync then ends. */
    boolean begins() {
        return isExtended() && this != CLOSE;
    }

    /** Whether this message runs statements. */
    boolean runs() {
        return this == EXECUTE || this == QUERY;
    }

    boolean describes() {
        return this == DESCRIBE_STATEMENT || this == DESCRIBE_PORTAL;
    }

    /** Whether the answer to this message ends with ReadyForQuery. */
    boolean endsReady() {
        return this == SYNC || this == QUERY || this == FUNCTION_CALL;
    }
}
