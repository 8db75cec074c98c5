package dev.weir.error;

/**
 * Every error that Weir itself can send to a client. The texts are PgBouncer's where it has one,
 * PostgreSQL's where PostgreSQL would answer in its place.
 */
public enum ProxyError {
    PROTOCOL_VIOLATION("08P01", Severity.FATAL, "%s"),
    UNSUPPORTED_PROTOCOL("0A000", Severity.FATAL, "unsupported frontend protocol %s"),
    NO_USER("28000", Severity.FATAL, "no PostgreSQL user name specified in startup packet"),
    AUTHENTICATION_FAILED(
            "28P01", Severity.FATAL, "password authentication failed for user \"%s\""),
    /** auth_query could not be asked, or gave no sensible answer; the log says why. */
    USER_LOOKUP_FAILED("58000", Severity.FATAL, "cannot look up user \"%s\": %s"),
    /** Hashing workers are saturated: {@code auth_queue}. */
    TOO_MANY_LOGINS("53300", Severity.FATAL, "too many logins at once"),
    LOGIN_TIMEOUT("08P01", Severity.FATAL, "client_login_timeout"),
    NO_SUCH_DATABASE("3D000", Severity.FATAL, "no such database: %s"),
    /** The startup parameter {@code options} is none that PostgreSQL would take. */
    INVALID_OPTIONS("42601", Severity.FATAL, "%s"),
    TOO_MANY_CLIENTS("53300", Severity.FATAL, "no more connections allowed (max_client_conn)"),
    TOO_MANY_DATABASE_CLIENTS(
            "53300", Severity.FATAL, "client connections exceeded (max_db_client_connections)"),
    TOO_MANY_USER_CLIENTS(
            "53300", Severity.FATAL, "client connections exceeded (max_user_client_connections)"),
    /** query_wait_timeout passed before a server connection was free. */
    QUERY_WAIT_TIMEOUT("08P01", Severity.FATAL, "query_wait_timeout"),
    QUERY_TIMEOUT("08P01", Severity.FATAL, "query timeout"),
    TRANSACTION_TIMEOUT("08P01", Severity.FATAL, "transaction timeout"),
    IDLE_TRANSACTION_TIMEOUT("08P01", Severity.FATAL, "idle transaction timeout"),
    CLIENT_IDLE_TIMEOUT("08P01", Severity.FATAL, "client_idle_timeout"),
    CLIENT_WRITE_TIMEOUT("08P01", Severity.FATAL, "client_write_timeout"),
    TRANSACTION_IN_STATEMENT_MODE(
            "08P01", Severity.FATAL, "transaction blocks not allowed in statement pooling mode"),
    /** A statement that would pin the session when max_pinned sessions of the pool are. */
    TOO_MANY_PINNED(
            "53300",
            Severity.ERROR,
            "too many sessions hold a server connection of their own (max_pinned = %s);"
                    + " this statement needs one: %s"),
    TOO_MANY_PINNED_BATCH(
            "53300",
            Severity.FATAL,
            "too many sessions hold a server connection of their own (max_pinned = %s);"
                    + " this statement needs one: %s"),
    QUERY_CANCELED("57014", Severity.ERROR, "canceling statement due to user request"),
    SERVER_LOST("08006", Severity.FATAL, "server closed the connection unexpectedly"),
    SERVER_PROTOCOL_VIOLATION("08P01", Severity.FATAL, "server sent what no server may send: %s"),
    SETTING_REFUSED("22023", Severity.FATAL, "%s"),
    ADMIN_SHUTDOWN("57P01", Severity.FATAL, "terminating connection due to administrator command"),
    SIMPLE_QUERY_DISABLED("08P01", Severity.FATAL, "PQexec disallowed"),
    /** The user stands neither in admin_users nor in stats_users. */
    CONSOLE_NOT_ALLOWED("08P01", Severity.FATAL, "not allowed"),
    CONSOLE_EXTENDED_QUERY(
            "08P01", Severity.FATAL, "extended query protocol not supported by admin console"),
    CONSOLE_QUERY_TOO_LONG(
            "08P01", Severity.FATAL, "console query too long: %s bytes (expected: at most %s)"),
    CONSOLE_INVALID_COMMAND("08P01", Severity.ERROR, "invalid command '%s', use SHOW HELP;"),
    /** A user of stats_users may only SHOW. */
    CONSOLE_ADMIN_NEEDED("08P01", Severity.ERROR, "admin access needed"),
    CONSOLE_NOT_IMPLEMENTED("0A000", Severity.ERROR, "%s is not implemented in this version"),
    INTERNAL("XX000", Severity.FATAL, "internal error");

    /** What an error does to the client connection. */
    public enum Severity {
        /** The statement fails, the connection stays. */
        ERROR,
        /** The connection closes. */
        FATAL
    }

    private final String sqlState;
    private final Severity severity;
    private final String text;

    ProxyError(String sqlState, Severity severity, String text) {
        this.sqlState = sqlState;
        this.severity = severity;
        this.text = text;
    }

    public String sqlState() {
        return sqlState;
    }

    public Severity severity() {
        return severity;
    }

    /** The message with its blanks filled in. */
    public String message(Object... blanks) {
        return blanks.length == 0 ? text : String.format(text, blanks);
    }

    /** The message as the manual prints it. */
    public String template() {
        return text;
    }
}
