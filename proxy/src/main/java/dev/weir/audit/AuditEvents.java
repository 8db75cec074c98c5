package dev.weir.audit;

/** The events of records and their outcomes, each in one word. */
final class AuditEvents {
    static final String STATEMENT = "statement";
    static final String LOGIN = "login";
    static final String LOGOUT = "logout";
    static final String COMMAND = "command";

    /** Records before this one are lost: as many as its rows. */
    static final String LOST = "lost";

    static final String SUCCESS = "success";
    static final String FAILURE = "failure";

    /** The outcome cannot be known: the connection ended before the answer. */
    static final String UNKNOWN = "unknown";

    static final String SUCCESSFUL_COMPLETION = "00000";

    private AuditEvents() {}
}
