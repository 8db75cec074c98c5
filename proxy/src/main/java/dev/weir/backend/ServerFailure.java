package dev.weir.backend;

import dev.weir.error.Refusal;

/**
 * Why a server connection could not be opened, or ended: PostgreSQL's own error where it sent one.
 *
 * @param severity as PostgreSQL spells it
 */
public record ServerFailure(String severity, String sqlState, String message) {
    private static final String INVALID_PASSWORD = "28P01";
    private static final String INVALID_AUTHORIZATION = "28000";

    /** What stands for a SQLSTATE that a server left out or mangled: protocol_violation. */
    private static final String NO_STATE = "08P01";

    public ServerFailure {
        if (sqlState.length() != NO_STATE.length()) {
            sqlState = NO_STATE;
        }
    }

    /** As clients are told that get no server connection for it, or lose theirs. */
    public Refusal refusal() {
        return Refusal.fatal(sqlState, message);
    }

    /** Whether trying again soon could lock the account and cannot succeed. */
    public boolean isRefusedLogin() {
        return sqlState.equals(INVALID_PASSWORD) || sqlState.equals(INVALID_AUTHORIZATION);
    }
}
