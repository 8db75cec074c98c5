package dev.weir.protocol;

/**
 * The type bytes of the messages that a client sends after its startup packet, and the maximum
 * length of each.
 *
 * <p>Section "Message Formats" of the PostgreSQL manual.
 */
public final class FrontendTag {
    public static final byte QUERY = 'Q';
    public static final byte PARSE = 'P';
    public static final byte BIND = 'B';
    public static final byte DESCRIBE = 'D';
    public static final byte EXECUTE = 'E';
    public static final byte CLOSE = 'C';
    public static final byte SYNC = 'S';
    public static final byte FLUSH = 'H';
    public static final byte FUNCTION_CALL = 'F';
    public static final byte COPY_DATA = 'd';
    public static final byte COPY_DONE = 'c';
    public static final byte COPY_FAIL = 'f';

    /**
     * PasswordMessage, SASLInitialResponse or SASLResponse, depending on the state of the login.
     */
    public static final byte PASSWORD = 'p';

    public static final byte TERMINATE = 'X';

    /** PostgreSQL's PQ_SMALL_MESSAGE_LIMIT. */
    private static final int SMALL_LENGTH_MAX = 10_000;

    /** PostgreSQL's PQ_LARGE_MESSAGE_LIMIT: the largest allocation, 1 GB - 1, less one byte. */
    private static final int LARGE_LENGTH_MAX = 0x3fff_fffe;

    /** PostgreSQL's PG_MAX_AUTH_TOKEN_LENGTH. */
    private static final int PASSWORD_LENGTH_MAX = 65_535;

    private FrontendTag() {}

    /**
     * Returns the largest legal value of the length word (which counts itself) after {@code tag},
     * or -1 if no message from a client begins with this byte.
     *
     * <p>PostgreSQL enforces the same limits. What it would refuse is thus refused before anything
     * is allocated for it.
     */
    public static int lengthMax(byte tag) {
        return switch (tag) {
            case QUERY, PARSE, BIND, FUNCTION_CALL, COPY_DATA -> LARGE_LENGTH_MAX;
            case DESCRIBE, EXECUTE, CLOSE, SYNC, FLUSH, COPY_DONE, COPY_FAIL, TERMINATE ->
                    SMALL_LENGTH_MAX;
            case PASSWORD -> PASSWORD_LENGTH_MAX;
            default -> -1;
        };
    }

    /** Whether the message ends what the server answers with one ReadyForQuery. */
    public static boolean endsBatch(byte tag) {
        return tag == QUERY || tag == SYNC || tag == FUNCTION_CALL;
    }

    /** Whether the message may be the first of what one ReadyForQuery answers. */
    public static boolean beginsBatch(byte tag) {
        return endsBatch(tag)
                || tag == PARSE
                || tag == BIND
                || tag == DESCRIBE
                || tag == EXECUTE
                || tag == CLOSE;
    }

    /** What PostgreSQL ignores outside a COPY, and what asks for nothing. */
    public static boolean isIdleNoise(byte tag) {
        return tag == COPY_DATA || tag == COPY_DONE || tag == COPY_FAIL || tag == FLUSH;
    }

    /** The name in the manual of the message that begins with {@code tag}, for logs and errors. */
    public static String name(byte tag) {
        return switch (tag) {
            case QUERY -> "Query";
            case PARSE -> "Parse";
            case BIND -> "Bind";
            case DESCRIBE -> "Describe";
            case EXECUTE -> "Execute";
            case CLOSE -> "Close";
            case SYNC -> "Sync";
            case FLUSH -> "Flush";
            case FUNCTION_CALL -> "FunctionCall";
            case COPY_DATA -> "CopyData";
            case COPY_DONE -> "CopyDone";
            case COPY_FAIL -> "CopyFail";
            case PASSWORD -> "PasswordMessage";
            case TERMINATE -> "Terminate";
            default -> Wire.unknown(tag);
        };
    }
}
