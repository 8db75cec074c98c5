package dev.weir.config;

import static dev.weir.config.Row.file;
import static dev.weir.config.Row.integer;
import static dev.weir.config.Row.list;
import static dev.weir.config.Row.oneOf;
import static dev.weir.config.Row.secret;
import static dev.weir.config.Row.string;
import static dev.weir.config.Setting.Scope.DATABASE;
import static dev.weir.config.Setting.Scope.USER;

import java.util.List;

/**
 * The keys of the entries of {@code [databases]}, {@code [users]} and {@code [peers]}. A key that
 * overrides a global setting uses the row in {@link Settings}.
 */
final class EntrySettings {
    private EntrySettings() {}

    static final Setting<String> DBNAME =
            string("dbname", "")
                    .onlyOf(DATABASE)
                    .doc("The database's name on the server; without it, the name of the entry.");

    static final Setting<String> HOST =
            string("host", "")
                    .onlyOf(DATABASE)
                    .doc(
                            "A name, an IP address, the directory of a Unix socket, or several of"
                                    + " them with commas; without it, unix_socket_dir.");

    static final Setting<Integer> PORT =
            integer("port", 5432, 1, 65_535)
                    .onlyOf(DATABASE)
                    .doc("The port of all of these hosts.");

    static final Setting<String> FORCED_USER =
            string("user", "")
                    .onlyOf(DATABASE)
                    .doc(
                            "The user of every server connection, whoever the client is: the"
                                    + " database then has one pool.");

    static final Setting<String> PASSWORD =
            secret("password")
                    .range("at most 65531 bytes", Names::isPassword)
                    .onlyOf(DATABASE)
                    .doc("The password of that user; without it, the one in auth_file.");

    static final Setting<String> PASSWORD_FILE =
            file("password_file")
                    .onlyOf(DATABASE, USER)
                    .doc(
                            "A file that holds the password with which that user logs in to"
                                    + " servers, and nothing else. It is read again when it"
                                    + " changes.");

    static final Setting<Integer> POOL_SIZE =
            integer("pool_size", -1)
                    .onlyOf(DATABASE, USER)
                    .doc("Server connections of a pool, instead of default_pool_size.");

    static final Setting<String> CONNECT_QUERY =
            string("connect_query", "")
                    .onlyOf(DATABASE)
                    .doc("A query that runs once on each new server connection.");

    static final Setting<LoadBalanceHosts> LOAD_BALANCE_HOSTS =
            oneOf("load_balance_hosts", LoadBalanceHosts.ROUND_ROBIN)
                    .onlyOf(DATABASE)
                    .doc(
                            "Which of several hosts gets the next server connection: each in turn,"
                                    + " or the same one until it fails.");

    static final Setting<List<String>> SNI =
            list("sni")
                    .onlyOf(DATABASE)
                    .doc(
                            "The entry is only for clients that connect with TLS and name one of"
                                + " these hosts (*.example.com: any of that domain); they may also"
                                + " ask for its dbname.");

    static final Setting<String> CLIENT_ENCODING = startupParameter("client_encoding");
    static final Setting<String> DATESTYLE = startupParameter("datestyle");
    static final Setting<String> TIMEZONE = startupParameter("timezone");
    static final Setting<String> APPLICATION_NAME = startupParameter("application_name");

    static final Setting<String> OPTIONS =
            string("options", "")
                    .onlyOf(DATABASE)
                    .doc(
                            "Settings of every server connection, as libpq's options has them:"
                                    + " '-c search_path=app -c statement_timeout=5s'.");

    static final Setting<List<String>> NODES =
            list("nodes")
                    .onlyOf(DATABASE)
                    .doc(
                            "Instead of host: the servers of a cluster, host:port with commas, one"
                                    + " of them the primary, whichever it is at the moment. With"
                                    + " host:port*2 a replica gets twice its share of the reads"
                                    + " (1 to 1000).");

    static final Setting<List<String>> PATRONI =
            list("patroni")
                    .onlyOf(DATABASE)
                    .doc(
                            "With nodes: the REST interfaces of Patroni, http://host:8008 with"
                                    + " commas, which SWITCHOVER asks to promote another node;"
                                    + " https and user:password@ are possible.");

    static final Setting<Route> ROUTE =
            oneOf("route", Route.EXPLICIT)
                    .onlyOf(DATABASE)
                    .doc(
                            "Which transactions go to replicas: explicit = those that say that"
                                    + " they only read, auto = also single statements that"
                                    + " provably do, replica = all, primary = none.");

    /** The startup parameters, under the server's names for them. */
    static final List<Setting<String>> STARTUP_PARAMETERS =
            List.of(CLIENT_ENCODING, DATESTYLE, TIMEZONE, APPLICATION_NAME, OPTIONS);

    /** The keys of an entry of {@code [databases]}. */
    static final List<Setting<?>> DATABASES =
            List.of(
                    DBNAME,
                    HOST,
                    PORT,
                    FORCED_USER,
                    PASSWORD,
                    PASSWORD_FILE,
                    Settings.AUTH_USER,
                    Settings.AUTH_QUERY,
                    Settings.AUTH_DBNAME,
                    POOL_SIZE,
                    Settings.MIN_POOL_SIZE,
                    Settings.RESERVE_POOL_SIZE,
                    Settings.MAX_PINNED,
                    CONNECT_QUERY,
                    Settings.POOL_MODE,
                    Settings.QUERY_TIMEOUT,
                    Settings.QUERY_WAIT_TIMEOUT,
                    Settings.IDLE_TRANSACTION_TIMEOUT,
                    Settings.TRANSACTION_TIMEOUT,
                    Settings.CLIENT_IDLE_TIMEOUT,
                    LOAD_BALANCE_HOSTS,
                    SNI,
                    Settings.MAX_DB_CONNECTIONS,
                    Settings.MAX_DB_CLIENT_CONNECTIONS,
                    Settings.SERVER_LIFETIME,
                    CLIENT_ENCODING,
                    DATESTYLE,
                    TIMEZONE,
                    APPLICATION_NAME,
                    OPTIONS,
                    NODES,
                    PATRONI,
                    ROUTE,
                    Settings.MAX_REPLICA_LAG,
                    Settings.MAX_REPLICA_LAG_BYTES,
                    Settings.PRIMARY_LOST_GRACE,
                    Settings.STALE_READS_DURING_FAILOVER,
                    Settings.NO_REPLICA,
                    Settings.LAG_CHECK_INTERVAL,
                    Settings.MONITOR_USER,
                    Settings.MONITOR_DBNAME,
                    Settings.CAUSAL_READS,
                    Settings.CAUSAL_WAIT,
                    Settings.DEFER_BEGIN);

    /** The keys of an entry of {@code [users]}. */
    static final List<Setting<?>> USERS =
            List.of(
                    PASSWORD_FILE,
                    POOL_SIZE,
                    Settings.RESERVE_POOL_SIZE,
                    Settings.POOL_MODE,
                    Settings.MAX_USER_CONNECTIONS,
                    Settings.MAX_USER_CLIENT_CONNECTIONS,
                    Settings.QUERY_TIMEOUT,
                    Settings.QUERY_WAIT_TIMEOUT,
                    Settings.IDLE_TRANSACTION_TIMEOUT,
                    Settings.TRANSACTION_TIMEOUT,
                    Settings.CLIENT_IDLE_TIMEOUT);

    /** The keys of an entry of {@code [peers]}. */
    static final List<Setting<?>> PEERS = List.of(HOST, PORT, POOL_SIZE);

    private static Setting<String> startupParameter(String name) {
        return string(name, "")
                .onlyOf(DATABASE)
                .doc("Sent to the server as " + name + " when a connection starts.");
    }
}
