package dev.weir.backend;

import dev.weir.config.ServerAddress;
import dev.weir.error.Refusal;
import dev.weir.protocol.ErrorFields;
import io.netty.buffer.ByteBuf;
import java.util.Set;

/**
 * Why a server connection could not be opened, or ended: PostgreSQL's own error if it sent one.
 *
 * @param severity as PostgreSQL spells it
 * @param step how far it had come
 */
public record ServerFailure(String severity, String sqlState, String message, Step step) {
    /** The steps to a server, and what PgBouncer's log says of a connection that fails there. */
    public enum Step {
        NAME("server DNS lookup failed"),
        CONNECT("connect failed"),
        ANSWER("connect timeout"),
        END("server conn crashed?"),
        LOGIN("login failed");

        private final String words;

        Step(String words) {
            this.words = words;
        }

        /** What stands behind {@code closing because}. */
        public String words() {
            return words;
        }
    }

    private static final String INVALID_PASSWORD = "28P01";
    private static final String INVALID_AUTHORIZATION = "28000";

    /** The SQLSTATE of a failure of this process, not of the server: insufficient_resources. */
    private static final String NO_RESOURCES = "53000";

    /** The SQLSTATE if there was no answer: connection_failure. */
    private static final String NO_ANSWER = "08006";

    /** The SQLSTATE if the answer was not acceptable: sqlclient_unable_to_establish. */
    private static final String NO_AGREEMENT = "08001";

    private static final String CANNOT_CONNECT_NOW = "57P03";

    /** No answer, admin_shutdown, crash_shutdown, cannot_connect_now. */
    private static final Set<String> ABSENCES =
            Set.of(NO_ANSWER, "57P01", "57P02", CANNOT_CONNECT_NOW);

    /** Replaces a SQLSTATE that a server left out or mangled: protocol_violation. */
    private static final String NO_STATE = "08P01";

    public ServerFailure {
        if (sqlState.length() != NO_STATE.length()) {
            sqlState = NO_STATE;
        }
    }

    /** What a server said, or may have said. */
    public ServerFailure(String severity, String sqlState, String message) {
        this(severity, sqlState, message, Step.LOGIN);
    }

    /** There was no socket to connect with. */
    static ServerFailure noSocket(ServerAddress address, String why) {
        return new ServerFailure(
                "FATAL",
                NO_RESOURCES,
                "no socket for a connection to server at \"%s\", port %d: %s"
                        .formatted(address.host(), address.port(), why));
    }

    /** The server could not be reached. */
    static ServerFailure unreachable(ServerAddress address, String why) {
        return failed(NO_ANSWER, address, why, Step.CONNECT);
    }

    /** Nobody knows the address of the server. */
    static ServerFailure unknown(ServerAddress address, String why) {
        return failed(NO_ANSWER, address, why, Step.NAME);
    }

    /** The server did not answer in time, or did not even accept the connection. */
    static ServerFailure timeout(ServerAddress address, boolean wasAccepted) {
        Step step = wasAccepted ? Step.ANSWER : Step.CONNECT;
        return failed(NO_ANSWER, address, "server_connect_timeout", step);
    }

    /** The server was reached, but the two sides cannot agree on how to communicate. */
    static ServerFailure disagreement(ServerAddress address, String why) {
        return failed(NO_AGREEMENT, address, why, Step.LOGIN);
    }

    private static ServerFailure failed(
            String sqlState, ServerAddress address, String why, Step step) {
        return new ServerFailure(
                "FATAL",
                sqlState,
                "connection to server at \"%s\", port %d failed: %s"
                        .formatted(address.host(), address.port(), why),
                step);
    }

    /** Another server answers than the node that was expected: nothing was sent to it yet. */
    static ServerFailure another(ServerAddress address, String objection) {
        return new ServerFailure(
                "FATAL",
                CANNOT_CONNECT_NOW,
                "server at \"%s\", port %d %s"
                        .formatted(address.host(), address.port(), objection));
    }

    /** The connection ended in the middle of the login. */
    static ServerFailure endOfLogin(String why) {
        return new ServerFailure("FATAL", NO_ANSWER, why, Step.END);
    }

    /** Reads an ErrorResponse, or its beginning: {@code length} bytes at {@code body}. */
    public static ServerFailure of(ByteBuf in, int body, int length) {
        String message = ErrorFields.field(in, body, length, 'M');
        return new ServerFailure(
                severity(in, body, length),
                ErrorFields.sqlState(in, body, length),
                message == null ? "(no message)" : message);
    }

    /** The severity that is never localized; if there is none, the other one. */
    static String severity(ByteBuf in, int body, int length) {
        String severity = ErrorFields.field(in, body, length, 'V');
        if (severity == null) {
            severity = ErrorFields.field(in, body, length, 'S');
        }
        return severity == null ? "ERROR" : severity;
    }

    /** The error for clients that get no server connection, or lose theirs, for this reason. */
    public Refusal refusal() {
        return Refusal.fatal(sqlState, message);
    }

    /**
     * The same, in PgBouncer's words, for those who come while a server that refused is left alone.
     */
    public ServerFailure cached() {
        return isAbsence()
                ? this
                : new ServerFailure(
                        severity,
                        sqlState,
                        "server login has been failing, cached error: "
                                + message
                                + " (server_login_retry)",
                        step);
    }

    /** Whether the statement was ended by a timeout or a cancel, rather than by its own fault. */
    public boolean isDisturbance() {
        return sqlState.equals("57014") || sqlState.equals("55P03");
    }

    /** Whether the failure is in this process, and the server was not even asked. */
    public boolean isOurs() {
        return sqlState.equals(NO_RESOURCES);
    }

    /**
     * Whether the server was not there, or is just starting up or shutting down: it may be back at
     * any time, and those who wait for it should go on waiting. If false, the server has answered,
     * and refused.
     */
    public boolean isAbsence() {
        return ABSENCES.contains(sqlState);
    }

    /** Whether it ends a connection through no fault of its client. */
    public boolean isTermination() {
        return isOrderly() || sqlState.equals("57P02");
    }

    /**
     * Whether it ends a connection where the server checks for interrupts, so that it has already
     * reported what it has done.
     */
    public boolean isOrderly() {
        return switch (sqlState) {
            case "57P01", "57P05", "25P04" -> true;
            default -> false;
        };
    }

    /** Whether trying again soon cannot succeed, and could lock the account. */
    public boolean isRefusedLogin() {
        return sqlState.equals(INVALID_PASSWORD) || sqlState.equals(INVALID_AUTHORIZATION);
    }
}
