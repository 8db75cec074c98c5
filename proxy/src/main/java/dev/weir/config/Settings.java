package dev.weir.config;

import static dev.weir.config.Row.bool;
import static dev.weir.config.Row.bytes;
import static dev.weir.config.Row.duration;
import static dev.weir.config.Row.durationOrNone;
import static dev.weir.config.Row.file;
import static dev.weir.config.Row.fileMode;
import static dev.weir.config.Row.integer;
import static dev.weir.config.Row.list;
import static dev.weir.config.Row.oneOf;
import static dev.weir.config.Row.secret;
import static dev.weir.config.Row.someOf;
import static dev.weir.config.Row.string;
import static dev.weir.config.Row.writtenFile;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * All settings of the section {@code [pgbouncer]} or {@code [weir]}: first PgBouncer's, in the
 * order of its SHOW CONFIG, then Weir's own. Settings are added here and nowhere else, except that
 * those which only an entry of {@code [databases]} or {@code [users]} can have are in {@link
 * EntrySettings}.
 */
public final class Settings {
    private Settings() {}

    private static final int UNBOUNDED = Integer.MAX_VALUE;
    private static final Set<String> DHE_PARAMETERS = Set.of("none", "auto", "legacy");

    public static final Setting<List<String>> ADMIN_USERS =
            list("admin_users")
                    .doc("Users who may do everything on the console; ignored with auth_type=any.");

    public static final Setting<Boolean> APPLICATION_NAME_ADD_HOST =
            bool("application_name_add_host", false)
                    .newConnections()
                    .doc("Appends the client's host and port to its application_name.");

    public static final Setting<String> AUTH_DBNAME =
            string("auth_dbname", "")
                    .range("not pgbouncer", name -> !name.equals("pgbouncer"))
                    .newConnections()
                    .alsoOfDatabase()
                    .doc("The database entry in which auth_query runs; unset: the client's own.");

    public static final Setting<String> AUTH_FILE =
            file("auth_file").doc("The users file, userlist.txt. It is read again on RELOAD.");

    public static final Setting<String> AUTH_HBA_FILE =
            file("auth_hba_file")
                    .newConnections()
                    .doc(
                            "The file of host-based access rules, for auth_type=hba. It is read"
                                    + " again on RELOAD.");

    public static final Setting<String> AUTH_IDENT_FILE =
            file("auth_ident_file")
                    .newConnections()
                    .doc(
                            "The file of user name maps for the hba methods cert and peer. It is"
                                    + " read again on RELOAD.");

    public static final Setting<String> AUTH_LDAP_OPTIONS =
            secret("auth_ldap_options")
                    .newConnections()
                    .doc("The options of auth_type=ldap, as in a line of auth_hba_file.");

    public static final Setting<String> AUTH_QUERY =
            string(
                            "auth_query",
                            "SELECT rolname, CASE WHEN rolvaliduntil < now() THEN NULL ELSE"
                                    + " rolpassword END FROM pg_authid WHERE rolname=$1 AND"
                                    + " rolcanlogin")
                    .newConnections()
                    .alsoOfDatabase()
                    .doc(
                            "The query that finds the secret of a user who is not in auth_file: the"
                                + " name, the secret and, optionally, the time until which it is"
                                + " valid.");

    public static final Setting<AuthType> AUTH_TYPE =
            oneOf("auth_type", AuthType.MD5)
                    .ownDefault(AuthType.SCRAM_SHA_256)
                    .newConnections()
                    .doc("How clients prove who they are.");

    public static final Setting<String> AUTH_USER =
            string("auth_user", "")
                    .newConnections()
                    .alsoOfDatabase()
                    .doc("The user that runs auth_query. Without it, auth_query is not used.");

    public static final Setting<Duration> AUTODB_IDLE_TIMEOUT =
            duration("autodb_idle_timeout", 3600)
                    .doc("Forget a database made from the entry * that is unused for this long.");

    public static final Setting<Duration> CANCEL_WAIT_TIMEOUT =
            duration("cancel_wait_timeout", 10)
                    .doc("Give up a cancel request that waits this long for a server; 0 = never.");

    public static final Setting<Duration> CLIENT_IDLE_TIMEOUT =
            duration("client_idle_timeout", 0)
                    .alsoOfDatabase()
                    .alsoOfUser()
                    .doc("Close a client that is idle for this long; 0 = never.");

    public static final Setting<Duration> CLIENT_LOGIN_TIMEOUT =
            duration("client_login_timeout", 60)
                    .newConnections()
                    .doc("Close a client that has not logged in within this time; 0 = never.");

    public static final Setting<String> CLIENT_TLS13_CIPHERS =
            string("client_tls13_ciphers", "")
                    .newConnections()
                    .doc(
                            "The cipher suites of TLS 1.3 for clients, by name, with : between;"
                                    + " BoringSSL has its own order.");

    public static final Setting<String> CLIENT_TLS_CA_FILE =
            file("client_tls_ca_file")
                    .newConnections()
                    .doc(
                            "The certificate authorities that must have issued clients'"
                                    + " certificates.");

    public static final Setting<String> CLIENT_TLS_CERT_FILE =
            file("client_tls_cert_file").newConnections().doc("The certificate shown to clients.");

    public static final Setting<String> CLIENT_TLS_CIPHERS =
            string("client_tls_ciphers", "default")
                    .newConnections()
                    .doc(
                            "The cipher suites up to TLS 1.2 for clients: default, secure, fast,"
                                    + " normal, all, or a list in OpenSSL's syntax.");

    public static final Setting<String> CLIENT_TLS_DHEPARAMS =
            string("client_tls_dheparams", "auto")
                    .newConnections()
                    .range("none, auto, legacy", DHE_PARAMETERS::contains)
                    .doc(
                            "The Diffie-Hellman parameters for clients up to TLS 1.2; none = no"
                                    + " suites with DHE.");

    public static final Setting<String> CLIENT_TLS_ECDHCURVE =
            string("client_tls_ecdhcurve", "auto")
                    .newConnections()
                    .doc("The elliptic curve for clients.");

    public static final Setting<String> CLIENT_TLS_KEY_FILE =
            file("client_tls_key_file")
                    .newConnections()
                    .doc("The private key of client_tls_cert_file.");

    public static final Setting<String> CLIENT_TLS_PROTOCOLS =
            string("client_tls_protocols", "secure")
                    .newConnections()
                    .doc("The versions of TLS for clients; secure = 1.2 and 1.3.");

    public static final Setting<SslMode> CLIENT_TLS_SSLMODE =
            oneOf("client_tls_sslmode", SslMode.DISABLE)
                    .newConnections()
                    .doc("Whether clients may, or must, use TLS.");

    public static final Setting<String> CONFFILE =
            file("conffile").doc("The configuration file that the next RELOAD reads.");

    public static final Setting<Integer> DEFAULT_POOL_SIZE =
            integer("default_pool_size", 20)
                    .doc(
                            "Server connections of a pool, that is of one user on one database;"
                                    + " 0 = unlimited. An entry overrides it with pool_size.");

    public static final Setting<Boolean> DISABLE_PQEXEC =
            bool("disable_pqexec", false)
                    .restart()
                    .doc(
                            "Refuses the simple query protocol, and with it several statements in"
                                    + " one query.");

    public static final Setting<Duration> DNS_MAX_TTL =
            duration("dns_max_ttl", 15)
                    .doc(
                            "How long the addresses of a host name are kept before it is looked up"
                                    + " again.");

    public static final Setting<Duration> DNS_NXDOMAIN_TTL =
            duration("dns_nxdomain_ttl", 15)
                    .doc("How long a failed lookup of a host name is remembered.");

    public static final Setting<Duration> DNS_ZONE_CHECK_PERIOD =
            duration("dns_zone_check_period", 0)
                    .ignored(
                            "has no effect: Weir looks each name up again every dns_max_ttl instead"
                                    + " of asking for the serial numbers of zones")
                    .doc("How often the serial numbers of DNS zones are checked; 0 = never.");

    public static final Setting<Duration> IDLE_TRANSACTION_TIMEOUT =
            duration("idle_transaction_timeout", 0)
                    .alsoOfDatabase()
                    .alsoOfUser()
                    .doc("Close a client that is idle in a transaction for this long; 0 = never.");

    public static final Setting<List<String>> IGNORE_STARTUP_PARAMETERS =
            list("ignore_startup_parameters")
                    .newConnections()
                    .doc(
                            "Startup parameters that are swallowed instead of refused; options"
                                    + " may be one of them.");

    public static final Setting<String> JOB_NAME =
            string("job_name", "pgbouncer")
                    .restart()
                    .ignored("has no effect: it names PgBouncer's service on Windows")
                    .doc("The name of PgBouncer's Windows service.");

    public static final Setting<List<String>> LISTEN_ADDR =
            list("listen_addr")
                    .restart()
                    .doc("The addresses on which clients connect; * = all, empty = none.");

    public static final Setting<Integer> LISTEN_BACKLOG =
            integer("listen_backlog", 128, 1, UNBOUNDED)
                    .restart()
                    .doc("Connections that the kernel may complete before Weir accepts them.");

    public static final Setting<Integer> LISTEN_PORT =
            integer("listen_port", 6432, 0, 65_535)
                    .restart()
                    .doc("The TCP port on which clients connect; 0 = any free one.");

    public static final Setting<Boolean> LOG_CONNECTIONS =
            bool("log_connections", true).doc("Logs each login.");

    public static final Setting<Boolean> LOG_DISCONNECTIONS =
            bool("log_disconnections", true).doc("Logs each disconnect, with its reason.");

    public static final Setting<Boolean> LOG_POOLER_ERRORS =
            bool("log_pooler_errors", true).doc("Logs the errors that Weir itself sends clients.");

    public static final Setting<Boolean> LOG_STATS =
            bool("log_stats", true).doc("Logs a line of statistics each stats_period.");

    public static final Setting<String> LOGFILE =
            writtenFile("logfile").doc("The log file; it is opened again on RELOAD.");

    public static final Setting<String> LOGIN_NOTIFY_MESSAGE =
            string("login_notify_message", "")
                    .doc("A NOTICE that each client gets after its login.");

    public static final Setting<Integer> MAX_CLIENT_CONN =
            integer("max_client_conn", 100)
                    .ownDefault(1000)
                    .newConnections()
                    .doc(
                            "Clients that have logged in, in total; those of the console do not"
                                    + " count.");

    public static final Setting<Integer> MAX_DB_CLIENT_CONNECTIONS =
            integer("max_db_client_connections", 0)
                    .newConnections()
                    .alsoOfDatabase()
                    .doc("Clients of a database; 0 = unlimited.");

    public static final Setting<Integer> MAX_DB_CONNECTIONS =
            integer("max_db_connections", 0)
                    .alsoOfDatabase()
                    .doc("Server connections of all pools of a database; 0 = unlimited.");

    public static final Setting<Integer> MAX_PACKET_SIZE =
            integer("max_packet_size", UNBOUNDED, 1, UNBOUNDED)
                    .newConnections()
                    .doc("The longest message, in bytes, that either side may send.");

    public static final Setting<Integer> MAX_PREPARED_STATEMENTS =
            integer("max_prepared_statements", 200)
                    .doc(
                            "Named prepared statements kept on a server connection in the pool"
                                    + " modes transaction and statement; 0 = not supported there.");

    public static final Setting<Integer> MAX_USER_CLIENT_CONNECTIONS =
            integer("max_user_client_connections", 0)
                    .newConnections()
                    .alsoOfUser()
                    .doc("Clients of a user; 0 = unlimited.");

    public static final Setting<Integer> MAX_USER_CONNECTIONS =
            integer("max_user_connections", 0)
                    .alsoOfUser()
                    .doc("Server connections of all pools of a user; 0 = unlimited.");

    public static final Setting<Integer> MIN_POOL_SIZE =
            integer("min_pool_size", 0)
                    .alsoOfDatabase()
                    .doc(
                            "Server connections that a pool keeps open while it has a client, or"
                                    + " always if its database forces a user.");

    public static final Setting<Integer> PEER_ID =
            integer("peer_id", 0, 0, 16_383)
                    .doc("This process's number among the peers that share a port; 0 = no peers.");

    public static final Setting<String> PIDFILE =
            writtenFile("pidfile")
                    .restart()
                    .doc("The file that holds the process id; needed for -d.");

    public static final Setting<Integer> PKT_BUF =
            integer("pkt_buf", 4096, 64, 16 * 1024 * 1024)
                    .restart()
                    .doc(
                            "The size, in bytes, of a connection's first read buffer. Later ones"
                                + " adapt to the traffic, up to 64 kB or this size, whichever is"
                                + " larger.");

    public static final Setting<PoolMode> POOL_MODE =
            oneOf("pool_mode", PoolMode.SESSION)
                    .ownDefault(PoolMode.TRANSACTION)
                    .alsoOfDatabase()
                    .alsoOfUser()
                    .doc("When a client gives its server connection back.");

    public static final Setting<Duration> POOL_IDLE_TIMEOUT =
            duration("pool_idle_timeout", 0)
                    .doc("Forget a pool that is empty for this long; 0 = never.");

    public static final Setting<Duration> QUERY_TIMEOUT =
            duration("query_timeout", 0)
                    .alsoOfDatabase()
                    .alsoOfUser()
                    .doc("Close client and server when a query runs longer; 0 = never.");

    public static final Setting<Duration> QUERY_WAIT_NOTIFY =
            duration("query_wait_notify", 5)
                    .doc("Send a waiting client a NOTICE after this; 0 = never.");

    public static final Setting<Duration> QUERY_WAIT_TIMEOUT =
            duration("query_wait_timeout", 120)
                    .alsoOfDatabase()
                    .alsoOfUser()
                    .doc("Close a client that waits this long for a server; 0 = never.");

    public static final Setting<Integer> RESERVE_POOL_SIZE =
            integer("reserve_pool_size", 0)
                    .alsoOfDatabase()
                    .alsoOfUser()
                    .doc(
                            "More server connections for a pool, once a client has waited for"
                                    + " reserve_pool_timeout. A database may also call it"
                                    + " reserve_pool.");

    public static final Setting<Duration> RESERVE_POOL_TIMEOUT =
            duration("reserve_pool_timeout", 5)
                    .doc("How long a client waits before the reserve is used; 0 = never used.");

    public static final Setting<String> RESOLV_CONF =
            file("resolv_conf")
                    .restart()
                    .doc(
                            "A file like /etc/resolv.conf: its name servers are asked for host"
                                    + " names, instead of the system's resolver.");

    public static final Setting<Integer> SBUF_LOOPCNT =
            integer("sbuf_loopcnt", 5)
                    .newConnections()
                    .doc(
                            "Reads of one socket before the next gets its turn; 0 = as long as"
                                    + " there is something to read.");

    public static final Setting<Integer> SCRAM_ITERATIONS =
            integer("scram_iterations", 4096, 1, 10_000_000)
                    .newConnections()
                    .doc("Iterations of SCRAM secrets that are made from a plain password.");

    public static final Setting<Duration> SERVER_CHECK_DELAY =
            duration("server_check_delay", 30)
                    .doc("A server idle for longer is checked before it is used; 0 = always.");

    public static final Setting<String> SERVER_CHECK_QUERY =
            string("server_check_query", "<empty>")
                    .doc("The query of that check; <empty> = an empty query, nothing = no check.");

    public static final Setting<Duration> SERVER_CONNECT_TIMEOUT =
            duration("server_connect_timeout", 15)
                    .newConnections()
                    .doc("The limit for connecting and logging in to a server; 0 = none.");

    public static final Setting<Boolean> SERVER_FAST_CLOSE =
            bool("server_fast_close", false)
                    .doc(
                            "In session mode, closes a server that must be replaced at the end of"
                                    + " its transaction, not of the session.");

    public static final Setting<Duration> SERVER_IDLE_TIMEOUT =
            duration("server_idle_timeout", 600)
                    .doc("Close a server connection that is idle for this long; 0 = never.");

    public static final Setting<Duration> SERVER_LIFETIME =
            duration("server_lifetime", 3600)
                    .alsoOfDatabase()
                    .doc("Close an unused server connection older than this; 0 = use it once.");

    public static final Setting<Duration> SERVER_LOGIN_RETRY =
            duration("server_login_retry", 15)
                    .doc(
                            "The pause after a server refused the login; until then, clients get"
                                    + " the same error. Also the longest pause between two tries to"
                                    + " reach a server that is away.");

    public static final Setting<String> SERVER_RESET_QUERY =
            string("server_reset_query", "DISCARD ALL")
                    .doc("Cleans a server connection when a client gives it back in session mode.");

    public static final Setting<Boolean> SERVER_RESET_QUERY_ALWAYS =
            bool("server_reset_query_always", false)
                    .doc("Runs server_reset_query in every pool mode.");

    public static final Setting<Boolean> SERVER_ROUND_ROBIN =
            bool("server_round_robin", false)
                    .doc(
                            "Uses the server next that has been idle the longest, instead of the"
                                    + " one used last.");

    public static final Setting<String> SERVER_TLS13_CIPHERS =
            string("server_tls13_ciphers", "")
                    .newConnections()
                    .doc(
                            "The cipher suites of TLS 1.3 towards servers, as in"
                                    + " client_tls13_ciphers.");

    public static final Setting<String> SERVER_TLS_CA_FILE =
            file("server_tls_ca_file")
                    .newConnections()
                    .doc(
                            "The certificate authorities that must have issued servers'"
                                    + " certificates.");

    public static final Setting<String> SERVER_TLS_CERT_FILE =
            file("server_tls_cert_file").newConnections().doc("The certificate shown to servers.");

    public static final Setting<String> SERVER_TLS_CIPHERS =
            string("server_tls_ciphers", "default")
                    .newConnections()
                    .doc(
                            "The cipher suites up to TLS 1.2 towards servers, as in"
                                    + " client_tls_ciphers.");

    public static final Setting<String> SERVER_TLS_KEY_FILE =
            file("server_tls_key_file")
                    .newConnections()
                    .doc("The private key of server_tls_cert_file.");

    public static final Setting<String> SERVER_TLS_PROTOCOLS =
            string("server_tls_protocols", "secure")
                    .newConnections()
                    .doc("The versions of TLS towards servers; secure = 1.2 and 1.3.");

    public static final Setting<SslMode> SERVER_TLS_SSLMODE =
            oneOf("server_tls_sslmode", SslMode.PREFER)
                    .newConnections()
                    .doc("Whether TLS is used towards servers; never over a Unix socket.");

    public static final Setting<Boolean> SO_REUSEPORT =
            bool("so_reuseport", false).restart().doc("Lets several processes listen on one port.");

    public static final Setting<Duration> STATS_PERIOD =
            duration("stats_period", 60).doc("The period of the averages in SHOW STATS.");

    public static final Setting<List<String>> STATS_USERS =
            list("stats_users").doc("Users who may only use SHOW on the console.");

    public static final Setting<Duration> SUSPEND_TIMEOUT =
            duration("suspend_timeout", 10).doc("The limit of SUSPEND.");

    public static final Setting<Boolean> SYSLOG = bool("syslog", false).doc("Logs to syslog, too.");

    public static final Setting<String> SYSLOG_FACILITY =
            string("syslog_facility", "daemon").doc("The facility of syslog.");

    public static final Setting<String> SYSLOG_IDENT =
            string("syslog_ident", "pgbouncer").doc("The program's name in syslog.");

    public static final Setting<Integer> TCP_DEFER_ACCEPT =
            integer("tcp_defer_accept", 1)
                    .doc(
                            "Accepts a TCP connection only when its first bytes have arrived, or"
                                    + " after 45 s; 0 = at once.");

    public static final Setting<Boolean> TCP_KEEPALIVE =
            bool("tcp_keepalive", true)
                    .newConnections()
                    .doc("Lets the kernel probe idle connections.");

    public static final Setting<Integer> TCP_KEEPCNT =
            integer("tcp_keepcnt", 0)
                    .newConnections()
                    .doc("Probes lost before a connection is dead; 0 = the kernel's default.");

    public static final Setting<Integer> TCP_KEEPIDLE =
            integer("tcp_keepidle", 0)
                    .newConnections()
                    .doc("Idle seconds before the first probe; 0 = the kernel's default.");

    public static final Setting<Integer> TCP_KEEPINTVL =
            integer("tcp_keepintvl", 0)
                    .newConnections()
                    .doc("Seconds between probes; 0 = the kernel's default.");

    public static final Setting<Integer> TCP_SOCKET_BUFFER =
            integer("tcp_socket_buffer", 0)
                    .newConnections()
                    .doc("The kernel's buffers of a socket, in bytes; 0 = the kernel's default.");

    public static final Setting<Integer> TCP_USER_TIMEOUT =
            integer("tcp_user_timeout", 0)
                    .newConnections()
                    .doc(
                            "Milliseconds that sent data may stay unacknowledged; 0 = the kernel's"
                                    + " default.");

    public static final Setting<List<String>> TRACK_EXTRA_PARAMETERS =
            list("track_extra_parameters", "IntervalStyle")
                    .restart()
                    .doc(
                            "Parameters kept for each client besides client_encoding, DateStyle,"
                                    + " TimeZone, standard_conforming_strings and"
                                    + " application_name; PostgreSQL must report them.");

    public static final Setting<Duration> TRANSACTION_TIMEOUT =
            duration("transaction_timeout", 0)
                    .alsoOfDatabase()
                    .alsoOfUser()
                    .doc("Close a client whose transaction lasts longer; 0 = never.");

    public static final Setting<String> UNIX_SOCKET_DIR =
            string("unix_socket_dir", "/tmp")
                    .restart()
                    .doc(
                            "The directory of the Unix socket on which clients connect, @name for"
                                    + " an abstract one, empty for none; also where PostgreSQL is"
                                    + " when a database has no host.");

    public static final Setting<String> UNIX_SOCKET_GROUP =
            string("unix_socket_group", "").restart().doc("The Unix socket's group.");

    public static final Setting<Integer> UNIX_SOCKET_MODE =
            fileMode("unix_socket_mode", 0777).restart().doc("The Unix socket's file mode.");

    public static final Setting<String> USER =
            string("user", "")
                    .restart()
                    .doc("The operating system user that Weir runs as once it has started.");

    public static final Setting<Integer> VERBOSE =
            integer("verbose", 0).doc("How much more is logged: 0 to 3; more is as 3.");

    /* Weir's own settings. */

    public static final Setting<Integer> WORKER_LOOPS =
            integer("worker_loops", 0, 0, 1024)
                    .restart()
                    .doc("Event loops, each a thread, that serve connections; 0 = one per core.");

    public static final Setting<TransportChoice> TRANSPORT =
            oneOf("transport", Type.oneOf(TransportChoice.class, '_'), TransportChoice.AUTO)
                    .restart()
                    .doc("The kernel's I/O interface; auto = the best one that works here.");

    public static final Setting<Integer> MAX_PINNED =
            integer("max_pinned", -1, -1, UNBOUNDED)
                    .alsoOfDatabase()
                    .doc(
                            "Clients of a pool that may keep their server connection across"
                                    + " transactions; -1 = one less than the pool has.");

    public static final Setting<Long> MAX_BUFFER_MEMORY =
            bytes("max_buffer_memory", 0)
                    .doc(
                            "The memory that data in flight may take in this process; 0 = half of"
                                    + " the JVM's limit of direct memory.");

    public static final Setting<Long> MAX_STATEMENT_MEMORY =
            bytes("max_statement_memory", 0)
                    .doc(
                            "The memory that the prepared statements, settings and channels of all"
                                    + " clients may take; 0 = a quarter of the JVM's heap.");

    public static final Setting<Integer> MAX_CLIENT_STATEMENTS =
            integer("max_client_statements", 10_000)
                    .doc(
                            "Named prepared statements of a client in the pool modes transaction"
                                    + " and statement; 0 = unlimited.");

    public static final Setting<Long> MAX_CLIENT_STATEMENT_MEMORY =
            bytes("max_client_statement_memory", 16 << 20)
                    .doc("The memory that those of a client may take; 0 = unlimited.");

    public static final Setting<Integer> MAX_CLIENT_PARAMETERS =
            integer("max_client_parameters", 500)
                    .doc(
                            "Settings that a client may change in its session, in the pool modes"
                                    + " transaction and statement; 0 = unlimited.");

    public static final Setting<Long> MAX_CLIENT_PARAMETER_MEMORY =
            bytes("max_client_parameter_memory", 256 << 10)
                    .doc(
                            "A client whose settings take more memory keeps its server connection,"
                                    + " since they are not kept for it; 0 = unlimited.");

    public static final Setting<Long> MAX_CLIENT_NOTIFICATION_MEMORY =
            bytes("max_client_notification_memory", 4 << 20)
                    .doc(
                            "Notifications that wait for a client, which is in a transaction or"
                                    + " does not read; a client for which more wait is closed;"
                                    + " 0 = unlimited.");

    public static final Setting<Integer> MAX_CLIENT_CHANNELS =
            integer("max_client_channels", 1_000)
                    .doc(
                            "Channels on which a client may listen by the connection that its pool"
                                    + " shares; 0 = unlimited.");

    public static final Setting<Integer> MAX_POOLS =
            integer("max_pools", 5_000)
                    .doc(
                            "Pools, one for each database and user that has had clients. Beyond"
                                    + " that, the one that has been empty for longest is forgotten;"
                                    + " 0 = unlimited.");

    public static final Setting<Integer> MAX_CLIENT_REQUESTS =
            integer("max_client_requests", 8_192, 64, 65_536)
                    .newConnections()
                    .doc(
                            "Messages of a client that may wait for their answers; it is not read"
                                    + " further until these have come.");

    public static final Setting<Integer> MAX_SERVER_PARAMETERS =
            integer("max_server_parameters", 256, 32, 65_536)
                    .newConnections()
                    .doc("Parameters that a server may report; one that reports more is closed.");

    public static final Setting<Duration> LOOP_STALL =
            duration("loop_stall", 10)
                    .doc(
                            "Report an event loop that has not turned for this long, with what its"
                                    + " thread is doing; 0 = never.");

    public static final Setting<Duration> LOOP_STALL_EXIT =
            duration("loop_stall_exit", 60)
                    .doc(
                            "End the process, with status 3, when an event loop has not turned for"
                                    + " this long; 0 = never.");

    public static final Setting<Duration> CLIENT_WRITE_TIMEOUT =
            duration("client_write_timeout", 600)
                    .doc(
                            "Close a client that does not read for this long while it holds a"
                                    + " server connection; 0 = never.");

    public static final Setting<Integer> AUTH_WORKERS =
            integer("auth_workers", 2, 1, 64)
                    .restart()
                    .doc("Threads that compute the hashes of logins.");

    public static final Setting<Integer> AUTH_QUEUE =
            integer("auth_queue", 1000, 1, UNBOUNDED)
                    .doc("Logins that may wait for such a thread; more are refused.");

    public static final Setting<Integer> AUTH_EXTERNAL_WORKERS =
            integer("auth_external_workers", 8, 1, 256)
                    .restart()
                    .doc(
                            "Threads that ask PAM and LDAP servers about passwords and wait for"
                                    + " them.");

    public static final Setting<String> AUTH_LDAP_CA_FILE =
            file("auth_ldap_ca_file")
                    .newConnections()
                    .doc(
                            "The certificates, in PEM form, of the authorities to trust for LDAP"
                                + " servers; empty = those of ldap.conf (TLS_CACERT), else those"
                                + " that the JVM trusts.");

    public static final Setting<Duration> AUTH_FAILURE_DELAY =
            duration("auth_failure_delay", Duration.ofMillis(200))
                    .newConnections()
                    .doc(
                            "A failed login is answered this long after its startup packet, not"
                                + " sooner. This slows down guessing, and hides how long each check"
                                + " took.");

    public static final Setting<Integer> MAX_FAILED_LOGINS =
            integer("max_failed_logins", 0)
                    .newConnections()
                    .doc(
                            "Failed logins from one address (IPv6: from one /64) within a minute;"
                                    + " then its logins are refused at once until the minute has"
                                    + " passed; 0 = unlimited.");

    public static final Setting<Boolean> PROXY_PROTOCOL =
            bool("proxy_protocol", false)
                    .newConnections()
                    .doc(
                            "Connections from trusted_networks begin with a header of the PROXY"
                                    + " protocol, version 1 or 2, that says where the client is.");

    public static final Setting<List<String>> TRUSTED_NETWORKS =
            list("trusted_networks")
                    .newConnections()
                    .doc(
                            "The networks of load balancers with the PROXY protocol: addresses such"
                                    + " as 10.0.0.0/8, with commas between.");

    public static final Setting<Integer> AUTH_QUERY_POOL_SIZE =
            integer("auth_query_pool_size", 2, 1, 100)
                    .doc(
                            "Server connections that run auth_query, for each database and"
                                    + " auth_user.");

    public static final Setting<Duration> AUTH_QUERY_TIMEOUT =
            duration("auth_query_timeout", 10)
                    .range("at least 1ms", limit -> limit.toMillis() >= 1)
                    .doc("Refuse a login if auth_query has not answered within this time.");

    public static final Setting<Boolean> SERVER_ALLOW_CLEARTEXT =
            bool("server_allow_cleartext", false)
                    .newConnections()
                    .doc(
                            "Sends passwords in clear text to servers that ask for it, even over"
                                    + " TCP without TLS.");

    public static final Setting<Integer> SERVER_SCRAM_ITERATIONS_MAX =
            integer("server_scram_iterations_max", 1_000_000, 1, UNBOUNDED)
                    .newConnections()
                    .doc("A server that asks for more iterations of SCRAM is refused.");

    public static final Setting<Integer> MAX_LOGIN_CONN =
            integer("max_login_conn", 1000)
                    .newConnections()
                    .doc(
                            "Connections that are not yet logged in; the oldest gives way to a new"
                                    + " one. 0 = unlimited.");

    public static final Setting<Duration> SHUTDOWN_TIMEOUT =
            duration("shutdown_timeout", 0)
                    .doc(
                            "When the process is told to end and waits (TERM, INT, SHUTDOWN"
                                    + " WAIT_FOR_…), clients are closed as soon as they have no"
                                    + " transaction open, and after this time the rest; 0 = they"
                                    + " stay as long as they like, as in PgBouncer.");

    public static final Setting<Integer> MAX_CONSOLE_CONN =
            integer("max_console_conn", 100)
                    .newConnections()
                    .doc(
                            "Clients of the console; an administrator gets in by closing the oldest"
                                    + " of them. 0 = unlimited.");

    public static final Setting<Integer> MAX_EVENT_STREAMS =
            integer("max_event_streams", 16)
                    .newConnections()
                    .doc(
                            "Pages of the web console that are told what happens, at the operations"
                                    + " port; 0 = as many as it has connections.");

    public static final Setting<Duration> HOLD =
            durationOrNone("hold")
                    .doc(
                            "How long an outage of the server may last until the clients that wait"
                                    + " for it are refused; then new ones wait for a second. 0 ="
                                    + " they are refused at once; -1 = they wait as long as"
                                    + " query_wait_timeout lets them.");

    public static final Setting<Integer> HOLD_MAX_CLIENTS =
            integer("hold_max_clients", 0)
                    .doc(
                            "Clients that may wait at the same time for servers that cannot be"
                                    + " reached; more are refused. 0 = unlimited.");

    public static final Setting<Duration> MAX_REPLICA_LAG =
            duration("max_replica_lag", 1)
                    .alsoOfDatabase()
                    .doc(
                            "A replica that is further behind the primary is not read, until it is"
                                    + " behind by less than half of this; 0 = no limit.");

    public static final Setting<Long> MAX_REPLICA_LAG_BYTES =
            bytes("max_replica_lag_bytes", 0)
                    .alsoOfDatabase()
                    .doc(
                            "The same limit in bytes of the write-ahead log; 0 = no limit. Both"
                                    + " limits apply.");

    public static final Setting<Duration> PRIMARY_LOST_GRACE =
            duration("primary_lost_grace", 30)
                    .alsoOfDatabase()
                    .doc(
                            "For so long after the last answer of a primary that cannot be asked, a"
                                + " replica is read on that has all that the primary is known to"
                                + " have written, whatever max_replica_lag says; 0 = not at all.");

    public static final Setting<Duration> STALE_READS_DURING_FAILOVER =
            duration("stale_reads_during_failover", 0)
                    .alsoOfDatabase()
                    .doc(
                            "For so long after the last answer of a primary, a replica may be later"
                                    + " than max_replica_lag, and by so much; 0 = not at all, but"
                                    + " for primary_lost_grace.");

    public static final Setting<Duration> SWITCHOVER_TIMEOUT =
            duration("switchover_timeout", 60)
                    .doc(
                            "How long SWITCHOVER lets clients wait for another primary; after that"
                                    + " the old one serves them again.");

    public static final Setting<String> STATE_FILE =
            writtenFile("state_file")
                    .restart()
                    .doc(
                            "The file that keeps, over a restart of Weir, which primary each"
                                    + " database with nodes had, so that no older one is taken;"
                                    + " empty = beside pidfile, or none without that.");

    public static final Setting<NoReplica> NO_REPLICA =
            oneOf("no_replica", Type.oneOf(NoReplica.class, '_'), NoReplica.PRIMARY)
                    .alsoOfDatabase()
                    .doc(
                            "What happens to a read when no replica may be read: the primary"
                                    + " answers it, it fails, or the replica that is least behind"
                                    + " answers it.");

    public static final Setting<Duration> LAG_CHECK_INTERVAL =
            duration("lag_check_interval", Duration.ofMillis(200))
                    .range("10ms..60s", Settings::isCheckInterval)
                    .alsoOfDatabase()
                    .doc("How often each node of a cluster is asked for its role and position.");

    public static final Setting<String> MONITOR_USER =
            string("monitor_user", "")
                    .alsoOfDatabase()
                    .doc(
                            "The user that asks the nodes of a cluster; without it, auth_user, or"
                                    + " the user that the database forces. It should be a member"
                                    + " of pg_monitor.");

    public static final Setting<String> MONITOR_DBNAME =
            string("monitor_dbname", "")
                    .alsoOfDatabase()
                    .doc(
                            "The database on the servers to which the monitors connect; without it,"
                                    + " that of the entry.");

    public static final Setting<CausalReads> CAUSAL_READS =
            oneOf("causal_reads", CausalReads.SESSION)
                    .alsoOfDatabase()
                    .doc(
                            "Whose commits a read on a replica must see: those of its own session,"
                                    + " of all sessions of the user on the database, of all"
                                    + " sessions, or nobody's.");

    public static final Setting<Duration> CAUSAL_WAIT =
            duration("causal_wait", 0)
                    .ownDefault(Duration.ofMillis(10))
                    .alsoOfDatabase()
                    .doc(
                            "How long a read waits for a replica that has seen those commits"
                                    + " before it goes to the primary; 0 = not at all.");

    public static final Setting<Boolean> DEFER_BEGIN =
            bool("defer_begin", true)
                    .alsoOfDatabase()
                    .doc(
                            "In a database that routes, lets a bare BEGIN wait for the statement"
                                    + " after it, which may say that the transaction only reads.");

    public static final Setting<StateCheck> STATE_CHECK =
            oneOf("state_check", StateCheck.ANALYSED)
                    .doc(
                            "How it is found out, outside session mode, what a client has left on a"
                                    + " server connection, which is then wiped before another"
                                    + " client gets it: analysed = from its statements and the"
                                    + " database's catalog; texts = from its statements alone;"
                                    + " always = not at all, everybody leaves something.");

    public static final Setting<CommitCertainty> COMMIT_CERTAINTY =
            oneOf("commit_certainty", CommitCertainty.OFF)
                    .ownDefault(CommitCertainty.BLOCK)
                    .doc(
                            "What is done to find out, once a server connection is lost, whether a"
                                + " COMMIT was carried out: block = once a transaction block has"
                                + " changed something, the server is asked for its number and where"
                                + " the log stands; full = the log is made to name it, too; off ="
                                + " nothing, the client is told that nobody knows.");

    public static final Setting<CustomSettings> CUSTOM_SETTINGS =
            oneOf("custom_settings", CustomSettings.SHARED)
                    .doc(
                            "What a client may find in a setting such as app.tenant that it has not"
                                    + " set: shared = an empty value where another client has had"
                                    + " one; strict = nothing, for which server connections are"
                                    + " replaced.");

    public static final Setting<StartupParameters> STARTUP_PARAMETERS =
            oneOf("startup_parameters", StartupParameters.SHARED)
                    .doc(
                            "What RESET brings back for a client that gave a setting in its startup"
                                    + " packet: shared = the server's default, up to the end of the"
                                    + " transaction; strict = the client's value, for which server"
                                    + " connections are replaced; preferred = the client's value as"
                                    + " long as that replaces no more than two a second in each"
                                    + " pool, else the server's default; as it was when the client"
                                    + " came.");

    public static final Setting<Boolean> PIN_SEQUENCES =
            bool("pin_sequences", false)
                    .doc(
                            "Whether a client that has used a sequence keeps its server connection,"
                                    + " for currval and lastval in a later transaction; as it was"
                                    + " when the client came.");

    public static final Setting<Listen> LISTEN =
            oneOf("listen", Listen.SHARED)
                    .doc(
                            "On which connection clients listen, outside session mode: shared = on"
                                    + " one of their pool, beside the others; pin = each on its"
                                    + " own, which it keeps as long as it listens.");

    private static boolean isCheckInterval(Duration interval) {
        return interval.toMillis() >= 10 && interval.toSeconds() <= 60;
    }

    public static final Setting<TlsProvider> TLS_PROVIDER =
            oneOf("tls_provider", TlsProvider.AUTO)
                    .restart()
                    .doc(
                            "The implementation of TLS: BoringSSL (openssl), or Java's own (jsse);"
                                    + " auto = BoringSSL where it loads.");

    public static final Setting<Integer> TLS_WORKERS =
            integer("tls_workers", 2, 1, 64)
                    .restart()
                    .doc("Threads that compute the signatures of TLS handshakes.");

    public static final Setting<Integer> TLS_QUEUE =
            integer("tls_queue", 10_000, 1, UNBOUNDED)
                    .restart()
                    .doc("Handshakes that may wait for such a thread; more are refused.");

    public static final Setting<String> CLIENT_TLS_KEY_PASSPHRASE =
            secret("client_tls_key_passphrase")
                    .newConnections()
                    .doc("Opens client_tls_key_file if that is encrypted.");

    public static final Setting<String> CLIENT_TLS_CRL_FILE =
            file("client_tls_crl_file")
                    .newConnections()
                    .doc(
                            "The revocation lists for clients' certificates: one from each"
                                    + " authority.");

    public static final Setting<String> SERVER_TLS_KEY_PASSPHRASE =
            secret("server_tls_key_passphrase")
                    .newConnections()
                    .doc("Opens server_tls_key_file if that is encrypted.");

    public static final Setting<String> SERVER_TLS_CRL_FILE =
            file("server_tls_crl_file")
                    .newConnections()
                    .doc(
                            "The revocation lists for servers' certificates: one from each"
                                    + " authority.");

    public static final Setting<LogFormat> LOG_FORMAT =
            oneOf("log_format", LogFormat.TEXT)
                    .doc(
                            "The form of the lines in logfile and at standard error: text, as"
                                    + " PgBouncer's; json, an object on each line.");

    public static final Setting<Integer> STATEMENTS_MAX =
            integer("statements_max", 0, 0, 100_000)
                    .newConnections()
                    .doc(
                            "Statements, each without its constants, whose cost each event loop"
                                    + " keeps for SHOW STATEMENTS; 0 = none. Takes effect for new"
                                    + " server connections.");

    public static final Setting<Duration> LOG_MIN_DURATION =
            durationOrNone("log_min_duration")
                    .newConnections()
                    .doc(
                            "Log statements that take this long, without constants and parameters;"
                                    + " -1 = none. Takes effect for new server connections.");

    public static final Setting<Integer> LOG_DURATION_SAMPLE =
            integer("log_duration_sample", 1, 1, UNBOUNDED)
                    .doc("Of so many statements that take log_min_duration, one is logged.");

    public static final Setting<Set<AuditClass>> AUDIT =
            someOf("audit", AuditClass.class)
                    .doc(
                            "What the audit log has records of; empty = there is none. When"
                                    + " statements come to it by a RELOAD, server connections are"
                                    + " replaced, as by RECONNECT.");

    public static final Setting<String> AUDIT_FILE =
            writtenFile("audit_file")
                    .doc(
                            "The file of the audit log, which only its owner may read when Weir"
                                    + " creates it; empty = standard output, unless audit_syslog"
                                    + " is set. RELOAD opens it again.");

    public static final Setting<Boolean> AUDIT_SYSLOG =
            bool("audit_syslog", false)
                    .doc(
                            "Whether the audit log goes to syslog, too: with syslog_facility, and"
                                    + " syslog_ident with -audit.");

    public static final Setting<Long> AUDIT_QUEUE =
            bytes("audit_queue", 4 * 1024 * 1024)
                    .range("64 kB or more", value -> value >= 64 * 1024)
                    .doc("How much of the audit log may wait in memory to be written.");

    public static final Setting<AuditOverflow> AUDIT_OVERFLOW =
            oneOf("audit_overflow", AuditOverflow.DROP)
                    .doc(
                            "What happens beyond that: drop = records are dropped and counted; wait"
                                    + " = clients whose statements fill it are not read until there"
                                    + " is room.");

    public static final Setting<Boolean> AUDIT_LITERALS =
            bool("audit_literals", false)
                    .doc(
                            "Whether the audit log has statements with their constants, unless they"
                                    + " mention a password; parameters it never has.");

    public static final Setting<String> OPS_ADDR =
            string("ops_addr", "127.0.0.1")
                    .restart()
                    .doc(
                            "The address of the operations port, for health and metrics; * ="
                                    + " all.");

    public static final Setting<Integer> OPS_PORT =
            integer("ops_port", 0, 0, 65_535)
                    .restart()
                    .doc("The operations port, by HTTP; 0 = none. Usual is 6433.");

    public static final Setting<Boolean> OPS_TLS =
            bool("ops_tls", false)
                    .restart()
                    .doc("Whether the operations port speaks HTTPS, as client_tls_* say.");

    public static final Setting<String> OPS_TOKENS_FILE =
            file("ops_tokens_file")
                    .doc(
                            "The tokens that open the operations port: in each line a name, admin"
                                    + " or stats, and the token's SHA-256. It is read again on"
                                    + " RELOAD.");

    public static final Setting<Boolean> METRICS_AUTH =
            bool("metrics_auth", false)
                    .doc(
                            "Whether /metrics of the operations port wants the password of a user"
                                    + " of the console.");

    public static final Setting<MetricsCompat> METRICS_COMPAT =
            oneOf("metrics_compat", MetricsCompat.NONE)
                    .doc(
                            "Names of metrics that are told beside Weir's own: pgbouncer = those of"
                                    + " pgbouncer_exporter.");

    public static final Setting<Integer> METRICS_MAX_SERIES =
            integer("metrics_max_series", 500, 1, 100_000)
                    .doc(
                            "Pools with labels of their own in the metrics, and databases; all"
                                    + " others are added up as \"other\".");

    public static final Setting<String> OTLP_URL =
            string("otlp_url", "")
                    .range(OtlpText.URL, OtlpText::isUrl)
                    .doc(
                            "The OpenTelemetry collector that gets the metrics, by OTLP over HTTP"
                                    + " in JSON; empty = none. Usual is"
                                    + " http://localhost:4318/v1/metrics.");

    public static final Setting<Duration> OTLP_INTERVAL =
            duration("otlp_interval", 60)
                    .range("100ms or more", value -> value.compareTo(OtlpText.SHORTEST) >= 0)
                    .doc("How often it gets them.");

    public static final Setting<String> OTLP_HEADERS =
            secret("otlp_headers")
                    .range(OtlpText.PAIRS, OtlpText::areHeaders)
                    .doc("Headers of the requests, such as Authorization=Bearer%20….");

    public static final Setting<String> OTLP_CA_FILE =
            file("otlp_ca_file")
                    .doc(
                            "The authorities that may have signed the collector's certificate;"
                                    + " empty = those that the JVM trusts. It is read again on"
                                    + " RELOAD.");

    public static final Setting<String> OTLP_SERVICE_NAME =
            string("otlp_service_name", "")
                    .doc("The resource attribute service.name; empty = weir.");

    public static final Setting<String> OTLP_ATTRIBUTES =
            string("otlp_attributes", "")
                    .range(OtlpText.PAIRS, OtlpText::arePairs)
                    .doc(
                            "More resource attributes, such as"
                                    + " service.namespace=shop,deployment.environment.name=test;"
                                    + " service.instance.id is host:port:process otherwise.");

    /** PgBouncer's settings, in the order of its SHOW CONFIG. */
    public static final List<Setting<?>> PGBOUNCER =
            List.of(
                    ADMIN_USERS,
                    APPLICATION_NAME_ADD_HOST,
                    AUTH_DBNAME,
                    AUTH_FILE,
                    AUTH_HBA_FILE,
                    AUTH_IDENT_FILE,
                    AUTH_LDAP_OPTIONS,
                    AUTH_QUERY,
                    AUTH_TYPE,
                    AUTH_USER,
                    AUTODB_IDLE_TIMEOUT,
                    CANCEL_WAIT_TIMEOUT,
                    CLIENT_IDLE_TIMEOUT,
                    CLIENT_LOGIN_TIMEOUT,
                    CLIENT_TLS13_CIPHERS,
                    CLIENT_TLS_CA_FILE,
                    CLIENT_TLS_CERT_FILE,
                    CLIENT_TLS_CIPHERS,
                    CLIENT_TLS_DHEPARAMS,
                    CLIENT_TLS_ECDHCURVE,
                    CLIENT_TLS_KEY_FILE,
                    CLIENT_TLS_PROTOCOLS,
                    CLIENT_TLS_SSLMODE,
                    CONFFILE,
                    DEFAULT_POOL_SIZE,
                    DISABLE_PQEXEC,
                    DNS_MAX_TTL,
                    DNS_NXDOMAIN_TTL,
                    DNS_ZONE_CHECK_PERIOD,
                    IDLE_TRANSACTION_TIMEOUT,
                    IGNORE_STARTUP_PARAMETERS,
                    JOB_NAME,
                    LISTEN_ADDR,
                    LISTEN_BACKLOG,
                    LISTEN_PORT,
                    LOG_CONNECTIONS,
                    LOG_DISCONNECTIONS,
                    LOG_POOLER_ERRORS,
                    LOG_STATS,
                    LOGFILE,
                    LOGIN_NOTIFY_MESSAGE,
                    MAX_CLIENT_CONN,
                    MAX_DB_CLIENT_CONNECTIONS,
                    MAX_DB_CONNECTIONS,
                    MAX_PACKET_SIZE,
                    MAX_PREPARED_STATEMENTS,
                    MAX_USER_CLIENT_CONNECTIONS,
                    MAX_USER_CONNECTIONS,
                    MIN_POOL_SIZE,
                    PEER_ID,
                    PIDFILE,
                    PKT_BUF,
                    POOL_MODE,
                    POOL_IDLE_TIMEOUT,
                    QUERY_TIMEOUT,
                    QUERY_WAIT_NOTIFY,
                    QUERY_WAIT_TIMEOUT,
                    RESERVE_POOL_SIZE,
                    RESERVE_POOL_TIMEOUT,
                    RESOLV_CONF,
                    SBUF_LOOPCNT,
                    SCRAM_ITERATIONS,
                    SERVER_CHECK_DELAY,
                    SERVER_CHECK_QUERY,
                    SERVER_CONNECT_TIMEOUT,
                    SERVER_FAST_CLOSE,
                    SERVER_IDLE_TIMEOUT,
                    SERVER_LIFETIME,
                    SERVER_LOGIN_RETRY,
                    SERVER_RESET_QUERY,
                    SERVER_RESET_QUERY_ALWAYS,
                    SERVER_ROUND_ROBIN,
                    SERVER_TLS13_CIPHERS,
                    SERVER_TLS_CA_FILE,
                    SERVER_TLS_CERT_FILE,
                    SERVER_TLS_CIPHERS,
                    SERVER_TLS_KEY_FILE,
                    SERVER_TLS_PROTOCOLS,
                    SERVER_TLS_SSLMODE,
                    SO_REUSEPORT,
                    STATS_PERIOD,
                    STATS_USERS,
                    SUSPEND_TIMEOUT,
                    SYSLOG,
                    SYSLOG_FACILITY,
                    SYSLOG_IDENT,
                    TCP_DEFER_ACCEPT,
                    TCP_KEEPALIVE,
                    TCP_KEEPCNT,
                    TCP_KEEPIDLE,
                    TCP_KEEPINTVL,
                    TCP_SOCKET_BUFFER,
                    TCP_USER_TIMEOUT,
                    TRACK_EXTRA_PARAMETERS,
                    TRANSACTION_TIMEOUT,
                    UNIX_SOCKET_DIR,
                    UNIX_SOCKET_GROUP,
                    UNIX_SOCKET_MODE,
                    USER,
                    VERBOSE);

    /**
     * Those of PgBouncer's settings that version 1.25.2, whose console Weir imitates, does not have
     * yet.
     */
    public static final Set<Setting<?>> PGBOUNCER_LATER =
            Set.of(LOGIN_NOTIFY_MESSAGE, POOL_IDLE_TIMEOUT);

    /**
     * Those that PgBouncer's SHOW CONFIG shows as NULL, not as an empty text, if they are not set.
     */
    public static final Set<Setting<?>> PGBOUNCER_UNSET =
            Set.of(
                    AUTH_DBNAME,
                    AUTH_FILE,
                    AUTH_IDENT_FILE,
                    AUTH_LDAP_OPTIONS,
                    AUTH_USER,
                    CLIENT_TLS13_CIPHERS,
                    CONFFILE,
                    SERVER_TLS13_CIPHERS,
                    USER);

    /** Weir's own settings. */
    public static final List<Setting<?>> WEIR =
            List.of(
                    WORKER_LOOPS,
                    TRANSPORT,
                    MAX_PINNED,
                    MAX_BUFFER_MEMORY,
                    MAX_STATEMENT_MEMORY,
                    MAX_CLIENT_STATEMENTS,
                    MAX_CLIENT_STATEMENT_MEMORY,
                    MAX_CLIENT_PARAMETERS,
                    MAX_CLIENT_PARAMETER_MEMORY,
                    MAX_CLIENT_NOTIFICATION_MEMORY,
                    MAX_CLIENT_CHANNELS,
                    MAX_POOLS,
                    MAX_CLIENT_REQUESTS,
                    MAX_SERVER_PARAMETERS,
                    LOOP_STALL,
                    LOOP_STALL_EXIT,
                    CLIENT_WRITE_TIMEOUT,
                    AUTH_WORKERS,
                    AUTH_QUEUE,
                    AUTH_EXTERNAL_WORKERS,
                    AUTH_LDAP_CA_FILE,
                    AUTH_FAILURE_DELAY,
                    MAX_FAILED_LOGINS,
                    PROXY_PROTOCOL,
                    TRUSTED_NETWORKS,
                    AUTH_QUERY_POOL_SIZE,
                    AUTH_QUERY_TIMEOUT,
                    SERVER_ALLOW_CLEARTEXT,
                    SERVER_SCRAM_ITERATIONS_MAX,
                    MAX_LOGIN_CONN,
                    MAX_CONSOLE_CONN,
                    MAX_EVENT_STREAMS,
                    SHUTDOWN_TIMEOUT,
                    HOLD,
                    HOLD_MAX_CLIENTS,
                    MAX_REPLICA_LAG,
                    MAX_REPLICA_LAG_BYTES,
                    PRIMARY_LOST_GRACE,
                    STALE_READS_DURING_FAILOVER,
                    SWITCHOVER_TIMEOUT,
                    STATE_FILE,
                    NO_REPLICA,
                    LAG_CHECK_INTERVAL,
                    MONITOR_USER,
                    MONITOR_DBNAME,
                    CAUSAL_READS,
                    CAUSAL_WAIT,
                    DEFER_BEGIN,
                    STATE_CHECK,
                    COMMIT_CERTAINTY,
                    CUSTOM_SETTINGS,
                    STARTUP_PARAMETERS,
                    PIN_SEQUENCES,
                    LISTEN,
                    TLS_PROVIDER,
                    TLS_WORKERS,
                    TLS_QUEUE,
                    CLIENT_TLS_KEY_PASSPHRASE,
                    CLIENT_TLS_CRL_FILE,
                    SERVER_TLS_KEY_PASSPHRASE,
                    SERVER_TLS_CRL_FILE,
                    LOG_FORMAT,
                    LOG_MIN_DURATION,
                    LOG_DURATION_SAMPLE,
                    STATEMENTS_MAX,
                    AUDIT,
                    AUDIT_FILE,
                    AUDIT_SYSLOG,
                    AUDIT_QUEUE,
                    AUDIT_OVERFLOW,
                    AUDIT_LITERALS,
                    OPS_ADDR,
                    OPS_PORT,
                    OPS_TLS,
                    OPS_TOKENS_FILE,
                    METRICS_AUTH,
                    METRICS_COMPAT,
                    METRICS_MAX_SERIES,
                    OTLP_URL,
                    OTLP_INTERVAL,
                    OTLP_HEADERS,
                    OTLP_CA_FILE,
                    OTLP_SERVICE_NAME,
                    OTLP_ATTRIBUTES);

    /** Every global setting: PgBouncer's, then Weir's own. */
    public static final List<Setting<?>> ALL =
            Stream.concat(PGBOUNCER.stream(), WEIR.stream()).toList();
}
