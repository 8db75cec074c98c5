package dev.weir.error;

import dev.weir.protocol.BackendMessages;
import dev.weir.protocol.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * A refusal: why a client does not get what it asked for, as it is told and as the log says it.
 * Immutable.
 *
 * @param sqlState five characters
 * @param text what happened; one sentence without a period, as PostgreSQL's primary messages
 * @param detail more about this case, in any number of lines, or null
 * @param hint what the user or the operator can do about it; whole sentences, or null
 */
public record Refusal(
        Severity severity,
        String sqlState,
        String text,
        @Nullable String detail,
        @Nullable String hint) {

    /** A refusal that ends the connection, with nothing to advise. */
    public static Refusal fatal(String sqlState, String text) {
        return new Refusal(Severity.FATAL, sqlState, text, null, null);
    }

    /** The refusal of a peer that breaks the protocol. */
    public static Refusal of(ProtocolViolation violation) {
        return fatal(violation.sqlState(), String.valueOf(violation.getMessage()));
    }

    /** The same refusal, which ends the connection or does not. */
    public Refusal withSeverity(Severity other) {
        return new Refusal(other, sqlState, text, detail, hint);
    }

    /** The same refusal with a detail. */
    public Refusal withDetail(String more) {
        return new Refusal(severity, sqlState, text, more, hint);
    }

    /** The same refusal with another hint. */
    public Refusal withHint(String advice) {
        return new Refusal(severity, sqlState, text, detail, advice);
    }

    /** Whether the connection closes once the client has been told. */
    public boolean isFatal() {
        return severity == Severity.FATAL;
    }

    /** Writes the ErrorResponse. */
    public void writeTo(ByteBuf out) {
        writeTo(out, null);
    }

    /**
     * Writes the ErrorResponse.
     *
     * @param routine the function of PostgreSQL's that it is raised in place of; null if none
     */
    public void writeTo(ByteBuf out, @Nullable String routine) {
        BackendMessages.error(out, severity.name(), sqlState, text, detail, hint, routine);
    }
}
