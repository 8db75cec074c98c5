package dev.weir.error;

/**
 * Every error that Weir itself can send to a client. The texts are PgBouncer's where it has one,
 * PostgreSQL's where PostgreSQL would answer in its place.
 */
public enum ProxyError {
    PROTOCOL_VIOLATION("08P01", Severity.FATAL, "%s"),
    PACKET_TOO_LARGE(
            "08P01", Severity.FATAL, "bad packet header: '%s' (%s bytes; max_packet_size is %s)"),
    UNSUPPORTED_PROTOCOL("0A000", Severity.FATAL, "unsupported frontend protocol %s"),
    /** client_tls_sslmode is require or more. */
    SSL_REQUIRED("08P01", Severity.FATAL, "SSL required"),
    NO_USER("28000", Severity.FATAL, "no PostgreSQL user name specified in startup packet"),
    AUTHENTICATION_FAILED(
            "28P01", Severity.FATAL, "password authentication failed for user \"%s\""),
    /** The method is certificate, Peer, PAM or LDAP. */
    METHOD_FAILED("28000", Severity.FATAL, "%s authentication failed for user \"%s\""),
    /** A rule with clientcert. */
    NO_CLIENT_CERTIFICATE(
            "28000", Severity.FATAL, "connection requires a valid client certificate"),
    /** From one address: {@code max_failed_logins}. */
    TOO_MANY_FAILED_LOGINS("53300", Severity.FATAL, "too many failed logins (max_failed_logins)"),
    /** auth_query could not be asked, or gave no sensible answer; the log says why. */
    USER_LOOKUP_FAILED("58000", Severity.FATAL, "cannot look up user \"%s\": %s"),
    /** Hashing workers are saturated: {@code auth_queue}. */
    TOO_MANY_LOGINS("53300", Severity.FATAL, "too many logins at once"),
    /** A newer connection has taken the place of one that took long. */
    TOO_MANY_LOGIN_CONNECTIONS(
            "53300",
            Severity.FATAL,
            "too many connections that have not logged in (max_login_conn)"),
    LOGIN_TIMEOUT("08P01", Severity.FATAL, "client_login_timeout"),
    LOGIN_TIMEOUT_SERVER_DOWN("08P01", Severity.FATAL, "client_login_timeout (server down)"),
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
    /** KILL, or a RELOAD of a file without the database. */
    DATABASE_REMOVED("57P01", Severity.FATAL, "database removed"),
    DATABASE_DISABLED("08P01", Severity.FATAL, "database \"%s\" is disabled"),
    /** server_fast_close: the session's connection must be replaced. */
    DATABASE_CHANGED("57P01", Severity.FATAL, "database configuration changed"),
    ADMIN_FORCED_DISCONNECT("57P01", Severity.FATAL, "admin forced disconnect"),
    /** SHUTDOWN WAIT_FOR_SERVERS, to a client that waits. */
    SERVER_SHUTTING_DOWN("57P01", Severity.FATAL, "server shutting down"),
    SUSPEND_TIMEOUT("08P01", Severity.FATAL, "suspend_timeout"),
    SIMPLE_QUERY_DISABLED("08P01", Severity.FATAL, "PQexec disallowed"),
    /** The user stands neither in admin_users nor in stats_users. */
    CONSOLE_NOT_ALLOWED("08P01", Severity.FATAL, "not allowed"),
    CONSOLE_DUPLICATE_STATEMENT(
            "42P05", Severity.ERROR, "prepared statement \"%s\" already exists"),
    CONSOLE_NO_SUCH_STATEMENT("26000", Severity.ERROR, "prepared statement \"%s\" does not exist"),
    CONSOLE_NO_SUCH_PORTAL("34000", Severity.ERROR, "portal \"%s\" does not exist"),
    CONSOLE_QUERY_TOO_LONG(
            "08P01", Severity.FATAL, "console query too long: %s bytes (expected: at most %s)"),
    CONSOLE_INVALID_COMMAND("08P01", Severity.ERROR, "invalid command '%s', use SHOW HELP;"),
    /** A user of stats_users may only SHOW. */
    CONSOLE_ADMIN_NEEDED("08P01", Severity.ERROR, "admin access needed"),
    CONSOLE_BAD_ARGUMENTS("08P01", Severity.ERROR, "bad arguments"),
    CONSOLE_ALREADY_PAUSED("08P01", Severity.ERROR, "already suspended/paused"),
    CONSOLE_NOT_PAUSED("08P01", Severity.ERROR, "pooler is not paused/suspended"),
    CONSOLE_DATABASE_NOT_PAUSED("08P01", Severity.ERROR, "database %s is not paused"),
    CONSOLE_SUSPEND_WHILE_PAUSED("08P01", Severity.ERROR, "cannot suspend with paused databases"),
    CONSOLE_SHUTTING_DOWN("08P01", Severity.ERROR, "pooler is shutting down"),
    CONSOLE_NO_SUCH_DATABASE("08P01", Severity.ERROR, "no such database: %s"),
    /** PAUSE, KILL and their kin do not touch the console's own database. */
    CONSOLE_OWN_DATABASE("08P01", Severity.ERROR, "cannot %s admin db: %s"),
    CONSOLE_DATABASE_REQUIRED("08P01", Severity.ERROR, "a database is required"),
    CONSOLE_INVALID_CLIENT("08P01", Severity.ERROR, "invalid client pointer supplied"),
    CONSOLE_NO_SUCH_CLIENT("08P01", Severity.ERROR, "client not found"),
    CONSOLE_SET_FAILED("08P01", Severity.ERROR, "SET failed"),
    /** The file, or one that it names, is broken: what was, goes on. */
    CONSOLE_RELOAD_FAILED(
            "F0000", Severity.ERROR, "RELOAD failed, see logs for additional details"),
    /** No rule of auth_hba_file is for the client. */
    NO_ACCESS_RULE(
            "28000",
            Severity.FATAL,
            "no entry of auth_hba_file for host \"%s\", user \"%s\", database \"%s\", %s"),
    /** A rule of auth_hba_file says reject. */
    ACCESS_REJECTED(
            "28000",
            Severity.FATAL,
            "auth_hba_file rejects connection for host \"%s\", user \"%s\", database \"%s\", %s"),
    /** A later statement of a READ ONLY transaction that runs on a replica. */
    DENIED_ON_REPLICA(
            "0A000",
            Severity.ERROR,
            "%s means nothing on a replica, where this READ ONLY transaction runs"),
    /** no_replica=error, and none may be read. */
    NO_REPLICA("57P03", Severity.ERROR, "no replica of database \"%s\" may be read now"),
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
