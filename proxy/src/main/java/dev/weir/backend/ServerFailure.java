package dev.weir.backend;

import dev.weir.config.ServerAddress;
import dev.weir.error.Refusal;
import dev.weir.protocol.ErrorFields;
import io.netty.buffer.ByteBuf;

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

    /** Whether trying again soon could lock the account and cannot succeed. */
    public boolean isRefusedLogin() {
        return sqlState.equals(INVALID_PASSWORD) || sqlState.equals(INVALID_AUTHORIZATION);
    }
}
