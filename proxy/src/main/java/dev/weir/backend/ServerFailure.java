package dev.weir.backend;

import dev.weir.config.ServerAddress;
import dev.weir.error.Refusal;
import dev.weir.protocol.ErrorFields;
import io.netty.buffer.ByteBuf;
import java.util.Set;

/**
 * Why a server connection could not be opened, or ended: PostgreSQL's own error where it sent one.
 *
 * @param severity as PostgreSQL spells it
 */
public record ServerFailure(String severity, String sqlState, String message) {
    private static final String INVALID_PASSWORD = "28P01";
    private static final String INVALID_AUTHORIZATION = "28000";

    /** What a failure of this process has that is not the server's: insufficient_resources. */
    private static final String NO_RESOURCES = "53000";

    /** What a failure has if there was no answer: connection_failure. */
    private static final String NO_ANSWER = "08006";

    /** What a failure has if there was one that will not do: sqlclient_unable_to_establish. */
    private static final String NO_AGREEMENT = "08001";

    /** No answer, admin_shutdown, crash_shutdown, cannot_connect_now. */
    private static final Set<String> ABSENCES = Set.of(NO_ANSWER, "57P01", "57P02", "57P03");

    /** What stands for a SQLSTATE that a server left out or mangled: protocol_violation. */
    private static final String NO_STATE = "08P01";

    public ServerFailure {
        if (sqlState.length() != NO_STATE.length()) {
            sqlState = NO_STATE;
        }
    }

    /** There was no socket with which to ask the server. */
    static ServerFailure noSocket(ServerAddress address, String why) {
        return new ServerFailure(
                "FATAL",
                NO_RESOURCES,
                "no socket for a connection to server at \"%s\", port %d: %s"
                        .formatted(address.host(), address.port(), why));
    }

    /** The server could not be reached, or went away before the login was over. */
    static ServerFailure unreachable(ServerAddress address, String why) {
        return failed(NO_ANSWER, address, why);
    }

    /** The server was reached, and the two sides do not agree on how to talk. */
    static ServerFailure disagreement(ServerAddress address, String why) {
        return failed(NO_AGREEMENT, address, why);
    }

    private static ServerFailure failed(String sqlState, ServerAddress address, String why) {
        return new ServerFailure(
                "FATAL",
                sqlState,
                "connection to server at \"%s\", port %d failed: %s"
                        .formatted(address.host(), address.port(), why));
    }

    /** The connection ended in the middle of the login. */
    static ServerFailure endOfLogin(String why) {
        return new ServerFailure("FATAL", NO_ANSWER, why);
    }

    /** Reads an ErrorResponse, or its beginning: {@code length} bytes at {@code body}. */
    public static ServerFailure of(ByteBuf in, int body, int length) {
        String message = ErrorFields.field(in, body, length, 'M');
        return new ServerFailure(
                severity(in, body, length),
                ErrorFields.sqlState(in, body, length),
                message == null ? "(no message)" : message);
    }

    /** The severity that no language setting translates, or else the other one. */
    static String severity(ByteBuf in, int body, int length) {
        String severity = ErrorFields.field(in, body, length, 'V');
        if (severity == null) {
            severity = ErrorFields.field(in, body, length, 'S');
        }
        return severity == null ? "ERROR" : severity;
    }

    /** As clients are told that get no server connection for it, or lose theirs. */
    public Refusal refusal() {
        return Refusal.fatal(sqlState, message);
    }

    /** Whether a timeout or a cancel has ended the statement, and not what it says. */
    public boolean isDisturbance() {
        return sqlState.equals("57014") || sqlState.equals("55P03");
    }

    /** Whether this process is to blame, and the server was not even asked. */
    public boolean isOurs() {
        return sqlState.equals(NO_RESOURCES);
    }

    /**
     * Whether the server was not there, or is just starting or shutting down: it may be back at any
     * time, and whoever waits for it does right to wait on. Else the server has answered, and the
     * answer was no.
     */
    public boolean isAbsence() {
        return ABSENCES.contains(sqlState);
    }

    /** Whether it ends a connection for no fault of its client. */
    public boolean isTermination() {
        return isOrderly() || sqlState.equals("57P02");
    }

    /**
     * Whether it ends a connection where the server heeds interrupts, so that it has said before
     * what it has done.
     */
    public boolean isOrderly() {
        return switch (sqlState) {
            case "57P01", "57P05", "25P04" -> true;
            default -> false;
        };
    }

    /** Whether trying again soon could lock the account and cannot succeed. */
    public boolean isRefusedLogin() {
        return sqlState.equals(INVALID_PASSWORD) || sqlState.equals(INVALID_AUTHORIZATION);
    }
}
