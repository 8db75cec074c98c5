package dev.weir.error;

import static dev.weir.error.Severity.ERROR;
import static dev.weir.error.Severity.FATAL;

import org.jspecify.annotations.Nullable;

/**
 * The errors that Weir itself can send to a client. The texts are PgBouncer's if it has one, or
 * PostgreSQL's if PostgreSQL would answer in Weir's place.
 */
public enum ProxyError {
    PROTOCOL_VIOLATION("08P01", FATAL, "%s"),
    PACKET_TOO_LARGE(
            "08P01",
            FATAL,
            "bad packet header: '%s' (%s bytes; max_packet_size is %s)",
            "Send smaller messages, or raise max_packet_size."),
    UNSUPPORTED_PROTOCOL(
            "0A000",
            FATAL,
            "unsupported frontend protocol %s",
            "Connect with a client that speaks version 3 of the protocol."),
    /** client_tls_sslmode is require or stricter. */
    SSL_REQUIRED(
            "08P01",
            FATAL,
            "SSL required",
            "Connect with sslmode=require, or lower client_tls_sslmode."),
    NO_USER(
            "28000",
            FATAL,
            "no PostgreSQL user name specified in startup packet",
            "Name a user in the connection string."),
    /** No role's name is as long. */
    USER_NAME_TOO_LONG(
            "08P01", FATAL, "username too long", "Names of users have at most 127 bytes."),
    AUTHENTICATION_FAILED(
            "28P01",
            FATAL,
            "password authentication failed for user \"%s\"",
            "Check the password, and the user's secret in auth_file or from auth_query."),
    TOKEN_FAILED(
            "28000",
            FATAL,
            "token authentication failed",
            "Check the token, and its line in ops_tokens_file."),
    /** The method is certificate, Peer, PAM or LDAP. */
    METHOD_FAILED(
            "28000",
            FATAL,
            "%s authentication failed for user \"%s\"",
            "Check the password or certificate, and what auth_type or auth_hba_file requires."),
    /** A rule with clientcert. */
    NO_CLIENT_CERTIFICATE(
            "28000",
            FATAL,
            "connection requires a valid client certificate",
            "Connect with a certificate from an authority in client_tls_ca_file."),
    /** From one address: {@code max_failed_logins}. */
    TOO_MANY_FAILED_LOGINS(
            "53300",
            FATAL,
            "too many failed logins (max_failed_logins)",
            "Wait a minute, or raise max_failed_logins."),
    /** auth_query could not be run, or its answer made no sense; the log says why. */
    USER_LOOKUP_FAILED(
            "58000",
            FATAL,
            "cannot look up user \"%s\": %s",
            "See the log for the cause, and check auth_query, auth_user and auth_dbname."),
    /** Hashing workers are saturated: {@code auth_queue}. */
    TOO_MANY_LOGINS(
            "53300",
            FATAL,
            "too many logins at once",
            "Connect again later, or raise auth_workers or auth_queue."),
    /** A newer connection has displaced one that took too long. */
    TOO_MANY_LOGIN_CONNECTIONS(
            "53300",
            FATAL,
            "too many connections that have not logged in (max_login_conn)",
            "Log in sooner after connecting, or raise max_login_conn."),
    LOGIN_TIMEOUT(
            "08P01",
            FATAL,
            "client_login_timeout",
            "Log in sooner after connecting, or raise client_login_timeout."),
    LOGIN_TIMEOUT_SERVER_DOWN(
            "08P01",
            FATAL,
            "client_login_timeout (server down)",
            "Check that the server is up and can be reached; the log says what failed."),
    NO_SUCH_DATABASE(
            "3D000",
            FATAL,
            "no such database: %s",
            "Add the database to [databases], or an entry * for all that are not listed."),
    /** PostgreSQL would not accept the startup parameter {@code options}. */
    INVALID_OPTIONS(
            "42601",
            FATAL,
            "%s",
            "Write options as -c name=value, or list options in ignore_startup_parameters."),
    TOO_MANY_CLIENTS(
            "53300",
            FATAL,
            "no more connections allowed (max_client_conn)",
            "Close connections that are not used, or raise max_client_conn."),
    TOO_MANY_CONSOLES(
            "53300",
            FATAL,
            "no more connections to the console allowed (max_console_conn)",
            "Close consoles that are not used, or raise max_console_conn."),
    /** The server cannot be reached, and as many clients wait for it as may. */
    TOO_MANY_HELD(
            "53300",
            FATAL,
            "too many clients wait for a server that cannot be reached (hold_max_clients)",
            "See SHOW OUTAGES for the server, or raise hold_max_clients."),
    TOO_MANY_DATABASE_CLIENTS(
            "53300",
            FATAL,
            "client connections exceeded (max_db_client_connections)",
            "Close connections that are not used, or raise max_db_client_connections."),
    TOO_MANY_USER_CLIENTS(
            "53300",
            FATAL,
            "client connections exceeded (max_user_client_connections)",
            "Close connections that are not used, or raise max_user_client_connections."),
    /** query_wait_timeout passed before a server connection became free. */
    QUERY_WAIT_TIMEOUT(
            "08P01",
            FATAL,
            "query_wait_timeout",
            "See SHOW POOLS for what holds the server connections, or raise default_pool_size or"
                    + " query_wait_timeout."),
    QUERY_TIMEOUT(
            "08P01", FATAL, "query timeout", "Make the query faster, or raise query_timeout."),
    QUERY_TIMEOUT_WAITING(
            "08P01",
            FATAL,
            "query_timeout",
            "See SHOW POOLS for what holds the server connections, or raise query_timeout."),
    TRANSACTION_TIMEOUT(
            "08P01",
            FATAL,
            "transaction timeout",
            "Make the transaction shorter, or raise transaction_timeout."),
    IDLE_TRANSACTION_TIMEOUT(
            "08P01",
            FATAL,
            "idle transaction timeout",
            "End transactions sooner, or raise idle_transaction_timeout."),
    CLIENT_IDLE_TIMEOUT(
            "08P01", FATAL, "client_idle_timeout", "Connect again, or raise client_idle_timeout."),
    CLIENT_WRITE_TIMEOUT(
            "08P01",
            FATAL,
            "client_write_timeout",
            "Read results sooner, or raise client_write_timeout."),
    TRANSACTION_IN_STATEMENT_MODE(
            "08P01",
            FATAL,
            "transaction blocks not allowed in statement pooling mode",
            "Set pool_mode to transaction for this database or user."),
    /**
     * A statement would pin the session, but max_pinned sessions of the pool are pinned already,
     * and it cannot wait: its transaction has begun.
     */
    TOO_MANY_PINNED(
            "53300",
            ERROR,
            "too many sessions hold a server connection of their own (max_pinned = %s);"
                    + " this statement needs one: %s",
            "SHOW PINS on the console says who holds one. Raise default_pool_size or max_pinned, or"
                    + " set pool_mode to session for this user."),
    /** A session is pinned by what it did, as are as many others as the pool has connections. */
    ALL_PINNED(
            "53300",
            FATAL,
            "all server connections of the pool (pool_size = %s) belong to sessions of their own;"
                    + " this session needs one: %s",
            "See SHOW PINS for who holds one, or raise default_pool_size."),
    TOO_MANY_STATEMENTS(
            "54000",
            FATAL,
            "too many prepared statements of one client (max_client_statements = %s)",
            "Close statements that are not used, or raise max_client_statements."),
    TOO_MUCH_STATEMENT_MEMORY(
            "53200",
            FATAL,
            "prepared statements of one client take too much memory"
                    + " (max_client_statement_memory = %s bytes)",
            "Close statements that are not used, or raise max_client_statement_memory."),
    STATEMENT_MEMORY_FULL(
            "53200",
            FATAL,
            "prepared statements of all clients take too much memory"
                    + " (max_statement_memory = %s bytes)",
            "See SHOW SESSIONS for who has many, or raise max_statement_memory."),
    STATE_MEMORY_FULL(
            "53200",
            FATAL,
            "settings and channels of all clients take too much memory"
                    + " (max_statement_memory = %s bytes)",
            "Use fewer and shorter settings of your own, or raise max_statement_memory."),
    TOO_MANY_PARAMETERS(
            "54000",
            FATAL,
            "too many settings of one client (max_client_parameters = %s)",
            "Use fewer settings of your own, or raise max_client_parameters."),
    TOO_MANY_NOTIFICATIONS(
            "53200",
            FATAL,
            "too many notifications wait for a client that does not take them"
                    + " (max_client_notification_memory = %s bytes)",
            "Read notifications sooner, listen outside of long transactions, or raise"
                    + " max_client_notification_memory."),
    NOTIFICATION_MEMORY_FULL(
            "53200",
            FATAL,
            "no memory for notifications that wait for a client that does not take them"
                    + " (max_buffer_memory = %s bytes)",
            "Read notifications sooner, listen outside of long transactions, or raise"
                    + " max_buffer_memory."),
    TOO_MANY_CHANNELS(
            "54000",
            FATAL,
            "too many channels on which one client listens (max_client_channels = %s)",
            "UNLISTEN what is not needed any more, or raise max_client_channels."),
    /** A pool would have to be made, and there are so many in use. */
    TOO_MANY_POOLS(
            "53300",
            FATAL,
            "too many pools are in use (max_pools = %s)",
            "There is one for each database and user; raise max_pools."),
    /** The client waits for a server connection with more than a waiting client may have sent. */
    BUFFER_MEMORY_FULL(
            "53200",
            ERROR,
            "no memory for a request that waits for a server connection (max_buffer_memory = %s"
                    + " bytes)",
            "Send large requests when fewer clients wait, or raise default_pool_size or"
                    + " max_buffer_memory."),
    /** The JVM has no direct memory left. */
    OUT_OF_BUFFER_MEMORY(
            "53200",
            FATAL,
            "out of memory for buffers",
            "Lower max_buffer_memory or max_client_conn, or give the JVM more direct memory."),
    QUERY_CANCELED("57014", ERROR, "canceling statement due to user request"),
    SERVER_LOST(
            "08006",
            FATAL,
            "server closed the connection unexpectedly",
            "Connect again; see the server's log for the cause."),
    /** A switchover, and the session had a transaction block open, which it may run again. */
    SWITCHOVER_ROLLED_BACK(
            "40001",
            FATAL,
            "transaction was rolled back because the database is about to get another primary",
            "Connect again and repeat the transaction; GRACE of SWITCHOVER sets how long"
                    + " transactions may go on."),
    /** A switchover, and something was running, or the session cannot be moved. */
    SWITCHOVER_CUT_OFF(
            "57P01",
            FATAL,
            "connection was closed because the database is about to get another primary",
            "Connect again; a statement that was running may have taken effect."),
    /** A session that was to be moved: its statements cannot be prepared on the next primary. */
    SWITCHOVER_NOT_MOVED(
            "57P01",
            FATAL,
            "connection was closed because its prepared statements do not exist on the new primary",
            "Connect again."),
    /** Another node has a higher timeline: what its predecessor commits now is lost. */
    PRIMARY_REPLACED(
            "08006",
            FATAL,
            "connection to server was closed because another node has become the primary",
            "Connect again; a transaction that was open is lost, and one that was being committed"
                    + " may be."),
    /** Its detail says what the server said. */
    SERVER_LOST_ROLLED_BACK(
            "40001",
            ERROR,
            "transaction was rolled back since the connection to the server was lost",
            "The transaction might succeed if retried."),
    /** A commit was under way. */
    SERVER_LOST_IN_DOUBT(
            "08007",
            ERROR,
            "connection to the server was lost, and it is not known whether the transaction was"
                    + " committed",
            "See what the transaction has changed before you run it again."),
    SERVER_PROTOCOL_VIOLATION("08P01", FATAL, "server violated the protocol: %s"),
    SETTING_REFUSED(
            "22023",
            FATAL,
            "%s",
            "Correct the startup parameters, or list those to leave out in"
                    + " ignore_startup_parameters."),
    ADMIN_SHUTDOWN("57P01", FATAL, "terminating connection due to administrator command"),
    /** KILL, or a RELOAD of a file without the database. */
    DATABASE_REMOVED("57P01", FATAL, "database removed"),
    DATABASE_DISABLED(
            "08P01",
            FATAL,
            "database \"%s\" is disabled",
            "Use ENABLE on the admin console to allow the database again."),
    /** server_fast_close: the session's connection must be replaced. */
    DATABASE_CHANGED(
            "57P01",
            FATAL,
            "database configuration changed",
            "Connect again; unset server_fast_close to let sessions end by themselves."),
    ADMIN_FORCED_DISCONNECT("57P01", FATAL, "admin forced disconnect"),
    /** Sent on SHUTDOWN WAIT_FOR_SERVERS to clients that are waiting. */
    SERVER_SHUTTING_DOWN("57P01", FATAL, "server shutting down"),
    SUSPEND_TIMEOUT("08P01", FATAL, "suspend_timeout", "Connect again, or raise suspend_timeout."),
    SIMPLE_QUERY_DISABLED(
            "08P01",
            FATAL,
            "PQexec disallowed",
            "Use the extended query protocol, or unset disable_pqexec."),
    /** The user is listed neither in admin_users nor in stats_users. */
    CONSOLE_NOT_ALLOWED(
            "08P01", FATAL, "not allowed", "Add the user to admin_users or stats_users."),
    CONSOLE_DUPLICATE_STATEMENT("42P05", ERROR, "prepared statement \"%s\" already exists"),
    CONSOLE_NO_SUCH_STATEMENT("26000", ERROR, "prepared statement \"%s\" does not exist"),
    CONSOLE_NO_SUCH_PORTAL("34000", ERROR, "portal \"%s\" does not exist"),
    CONSOLE_QUERY_TOO_LONG(
            "08P01", FATAL, "console query too long: %s bytes (expected: at most %s)"),
    CONSOLE_INVALID_COMMAND("08P01", ERROR, "invalid command '%s', use SHOW HELP;"),
    /** A user of stats_users may only SHOW. */
    CONSOLE_ADMIN_NEEDED("08P01", ERROR, "admin access needed", "Add the user to admin_users."),
    CONSOLE_TOO_MANY_NAMES(
            "54000",
            ERROR,
            "too many or too long prepared statements, or too many portals, at the console",
            "Close them: there is room for 1000 statements, 1 MB of text and 32 portals."),
    CONSOLE_BAD_ARGUMENTS(
            "08P01", ERROR, "bad arguments", "See SHOW HELP for what the command takes."),
    CONSOLE_ALREADY_PAUSED("08P01", ERROR, "already suspended/paused", "Use RESUME first."),
    CONSOLE_NOT_PAUSED("08P01", ERROR, "pooler is not paused/suspended"),
    CONSOLE_DATABASE_NOT_PAUSED("08P01", ERROR, "database %s is not paused"),
    CONSOLE_SUSPEND_WHILE_PAUSED(
            "08P01", ERROR, "cannot suspend with paused databases", "Use RESUME first."),
    CONSOLE_SHUTTING_DOWN("08P01", ERROR, "pooler is shutting down"),
    CONSOLE_NO_SUCH_DATABASE(
            "08P01", ERROR, "no such database: %s", "See SHOW DATABASES for the names."),
    /** PAUSE, KILL and similar commands cannot be applied to the console's own database. */
    CONSOLE_OWN_DATABASE("08P01", ERROR, "cannot %s admin db: %s"),
    CONSOLE_DATABASE_REQUIRED(
            "08P01", ERROR, "a database is required", "See SHOW DATABASES for the names."),
    CONSOLE_NOT_HELD("08P01", ERROR, "database %s is not held"),
    CONSOLE_SWITCHOVER_REFUSED(
            "08P01",
            ERROR,
            "no switchover of database %s: %s",
            "See SHOW NODES for the nodes, and RELEASE to end a switchover."),
    CONSOLE_NO_NODES(
            "08P01", ERROR, "database %s has no nodes", "Name its servers in nodes, not in host."),
    CONSOLE_INVALID_CLIENT(
            "08P01",
            ERROR,
            "invalid client pointer supplied",
            "See SHOW CLIENTS for the id of a client."),
    CONSOLE_NO_SUCH_CLIENT(
            "08P01", ERROR, "client not found", "See SHOW CLIENTS for the id of a client."),
    /** The detail says why. */
    CONSOLE_SET_FAILED(
            "08P01", ERROR, "SET failed", "See SHOW CONFIG for what can be changed, and to what."),
    /**
     * The file, or one that it names, is invalid; the old configuration stays in force. The detail
     * says what is wrong, as the log does.
     */
    CONSOLE_RELOAD_FAILED("F0000", ERROR, "RELOAD failed, see logs for additional details"),
    /** No rule of auth_hba_file applies to the client. */
    NO_ACCESS_RULE(
            "28000",
            FATAL,
            "no entry of auth_hba_file for host \"%s\", user \"%s\", database \"%s\", %s",
            "Add a rule for the client to auth_hba_file, then RELOAD."),
    /** A rule of auth_hba_file rejects the client. */
    ACCESS_REJECTED(
            "28000",
            FATAL,
            "auth_hba_file rejects connection for host \"%s\", user \"%s\", database \"%s\", %s",
            "Put a rule that allows the client before the one that rejects it, then RELOAD."),
    /** A statement in a READ ONLY transaction that was sent to a replica cannot run there. */
    DENIED_ON_REPLICA(
            "0A000",
            ERROR,
            "%s does not work on a replica, where this READ ONLY transaction runs",
            "Make it the first statement of the transaction, or put the comment"
                    + " /* weir: route=primary */ before BEGIN."),
    /** No node of the database is its primary, for longer than hold. */
    NO_PRIMARY(
            "57P03",
            FATAL,
            "no primary of database \"%s\" is known",
            "See SHOW NODES for the reason, or raise hold to wait longer."),
    /** No replica may be read, and no_replica is error. */
    NO_REPLICA(
            "57P03",
            ERROR,
            "no replica of database \"%s\" can be read at the moment",
            "See SHOW NODES for the reason, or set no_replica=primary to let the primary answer."),
    INTERNAL("XX000", FATAL, "internal error");

    private final String sqlState;
    private final Severity severity;
    private final String text;
    private final @Nullable String hint;

    ProxyError(String sqlState, Severity severity, String text) {
        this(sqlState, severity, text, null);
    }

    ProxyError(String sqlState, Severity severity, String text, @Nullable String hint) {
        this.sqlState = sqlState;
        this.severity = severity;
        this.text = text;
        this.hint = hint;
    }

    /** The error with the blanks of its message filled in. */
    public Refusal refusal(Object... blanks) {
        return new Refusal(severity, sqlState, message(blanks), null, hint);
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

    /** What the user or the operator can do about it; null if nothing. */
    public @Nullable String hint() {
        return hint;
    }

    /** The message as the manual prints it. */
    public String template() {
        return text;
    }
}
