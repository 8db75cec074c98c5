package dev.weir.audit;

/** What records tell of, and how it ended, each in one word. */
final class AuditEvents {
    static final String STATEMENT = "statement";
    static final String LOGIN = "login";
    static final String LOGOUT = "logout";
    static final String COMMAND = "command";

    /** Records before this one are lost: as many as it has rows. */
    static final String LOST = "lost";

    static final String SUCCESS = "success";
    static final String FAILURE = "failure";

    /** Nobody can tell: the connection ended before the answer. */
    static final String UNKNOWN = "unknown";

    static final String SUCCESSFUL_COMPLETION = "00000";

    private AuditEvents() {}
}
