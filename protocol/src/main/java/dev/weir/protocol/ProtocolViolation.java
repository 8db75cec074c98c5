package dev.weir.protocol;

import org.jspecify.annotations.Nullable;

/**
 * Reports bytes that a PostgreSQL peer may not send, or that ask for something unsupported. Always
 * fatal to the connection.
 *
 * <p>The texts are PostgreSQL's own where it has one. There is no stack trace, because the fault is
 * the peer's and our stack says nothing about it.
 */
public final class ProtocolViolation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final String PROTOCOL_VIOLATION = "08P01";
    private static final String FEATURE_NOT_SUPPORTED = "0A000";
    private static final String INVALID_AUTHORIZATION = "28000";
    private static final String INVALID_PASSWORD = "28P01";

    private final String sqlState;
    private final String message;
    private final @Nullable String detail;

    public ProtocolViolation(String message) {
        this(message, null);
    }

    public ProtocolViolation(String message, @Nullable String detail) {
        this(PROTOCOL_VIOLATION, message, detail);
    }

    private ProtocolViolation(String sqlState, String message, @Nullable String detail) {
        super(message, null, false, false);
        this.sqlState = sqlState;
        this.message = message;
        this.detail = detail;
    }

    /** Returns a violation for a request that is legal but not supported. */
    public static ProtocolViolation unsupported(String message) {
        return new ProtocolViolation(FEATURE_NOT_SUPPORTED, message, null);
    }

    /** Returns a violation for a peer that is not who it would have to be. */
    public static ProtocolViolation unauthorized(String message) {
        return new ProtocolViolation(INVALID_AUTHORIZATION, message, null);
    }

    /** Returns a violation for a password message that has no password in it. */
    public static ProtocolViolation emptyPassword() {
        return new ProtocolViolation(INVALID_PASSWORD, "empty password returned by client", null);
    }

    /** The SQLSTATE of the error that PostgreSQL would send: 08P01, 0A000, 28000 or 28P01. */
    public String sqlState() {
        return sqlState;
    }

    /** The MESSAGE field of the error that PostgreSQL would send; never null. */
    @Override
    public String getMessage() {
        return message;
    }

    /** The DETAIL field of the error that PostgreSQL would send. */
    public @Nullable String detail() {
        return detail;
    }
}
