package dev.weir.metrics;

import java.util.List;

/**
 * The metrics other than those of pool shards: of the process, its databases, nodes, loops and
 * limits. A row of the table: name, kind, meaning, labels.
 */
public enum Figure {
    BUILD("weir_build_info", Shape.INFO, "1, with the versions as labels.", "version", "java"),
    START_TIME("weir_start_time_seconds", Shape.GAUGE, "When the process started, in Unix time."),
    CLIENTS("weir_clients", Shape.GAUGE, "Clients that count towards max_client_conn."),
    LOGINS_OPEN("weir_clients_logging_in", Shape.GAUGE, "Connections that have not logged in yet."),
    SHUTTING_DOWN("weir_shutting_down", Shape.GAUGE, "1 while the process is about to end."),
    LOGIN_RESULTS(
            "weir_login_results_total",
            Shape.COUNTER,
            "Attempts to log in, by how they ended: ok, authentication, no_database, limit,"
                + " timeout, tls, protocol, unavailable, left (closed before, as by a probe of the"
                + " port), http_refused (at the operations port).",
            "result"),
    RELOAD_SUCCESS(
            "weir_config_last_reload_success",
            Shape.GAUGE,
            "0 if the last RELOAD failed and the configuration before it goes on, else 1."),
    CONFIG_TIME(
            "weir_config_read_timestamp_seconds",
            Shape.GAUGE,
            "When the configuration in force was last read, in Unix time."),
    CERTIFICATE_EXPIRY(
            "weir_tls_certificate_expiry_timestamp_seconds",
            Shape.GAUGE,
            "When Weir's certificate toward clients (client_tls) or servers (server_tls) expires,"
                    + " or one of those that signed it, in Unix time.",
            "side"),
    DIRECT_MEMORY(
            "weir_direct_memory_bytes",
            Shape.GAUGE,
            "Memory outside of the heap that buffers take up."),
    DIRECT_MEMORY_MAX(
            "weir_direct_memory_max_bytes", Shape.GAUGE, "How much memory buffers may take up."),

    POOL_CLIENTS(
            "weir_pool_clients",
            Shape.GAUGE,
            "Clients of a pool, in whatever state.",
            "database",
            "user"),
    POOL_SIZE(
            "weir_database_pool_size",
            Shape.GAUGE,
            "The pool_size of a database, for each user and node.",
            "database"),
    DATABASE_SERVERS_MAX(
            "weir_database_servers_max",
            Shape.GAUGE,
            "The max_db_connections of a database; 0 = unlimited.",
            "database"),
    PAUSED("weir_database_paused", Shape.GAUGE, "1 while PAUSE holds a database.", "database"),
    DISABLED(
            "weir_database_disabled",
            Shape.GAUGE,
            "1 while a database refuses new clients.",
            "database"),
    OUTAGE(
            "weir_outage_seconds",
            Shape.GAUGE,
            "For how long no connection can be opened to a host; absent if one can.",
            "database",
            "host"),
    OUTAGE_WAITING(
            "weir_outage_waiting_clients",
            Shape.GAUGE,
            "Clients that wait until such a host is back.",
            "database",
            "host"),

    NODE_UP(
            "weir_node_up",
            Shape.GAUGE,
            "1 if the node answered its monitor, else 0.",
            "database",
            "node"),
    NODE_READABLE(
            "weir_node_readable",
            Shape.GAUGE,
            "1 if reads may go to the node: the primary, or a replica that is fresh enough.",
            "database",
            "node"),
    NODE_ROLE(
            "weir_node_role",
            Shape.GAUGE,
            "1 for the role that the node has: primary, replica, other, unknown.",
            "database",
            "node",
            "role"),
    NODE_LAG(
            "weir_node_lag_seconds",
            Shape.GAUGE,
            "How far a replica is behind the primary; absent if that is unknown.",
            "database",
            "node"),
    NODE_LAG_BYTES(
            "weir_node_lag_bytes",
            Shape.GAUGE,
            "How much of the primary's log a replica has not replayed.",
            "database",
            "node"),
    NODE_LATENCY(
            "weir_node_latency_seconds",
            Shape.GAUGE,
            "How long the node took to answer its monitor.",
            "database",
            "node"),
    NODE_SERVERS(
            "weir_node_servers",
            Shape.GAUGE,
            "Server connections to the node, of all users.",
            "database",
            "node"),
    NODE_LEASES(
            "weir_node_leases_total",
            Shape.COUNTER,
            "Times that a connection to the node was leased to a client.",
            "database",
            "node"),
    ROUTED(
            "weir_routed_transactions_total",
            Shape.COUNTER,
            "Transactions that went to a node, by reason (see reasons.md).",
            "database",
            "node",
            "reason"),

    LOOP_CLIENTS("weir_loop_clients", Shape.GAUGE, "Clients that live on a loop.", "loop"),
    LOOP_TASKS("weir_loop_pending_tasks", Shape.GAUGE, "Tasks that wait for a loop.", "loop"),
    LIMIT("weir_limit", Shape.GAUGE, "A limit of SHOW LIMITS; 0 = unlimited.", "limit"),
    LIMIT_USED("weir_limit_used", Shape.GAUGE, "How much of a limit is in use.", "limit"),
    LIMIT_MOST(
            "weir_limit_used_max",
            Shape.GAUGE,
            "The most of a limit that was in use so far.",
            "limit"),
    LIMIT_REFUSALS(
            "weir_limit_refusals_total",
            Shape.COUNTER,
            "Times that a limit was in somebody's way.",
            "limit"),
    OVERFLOWED(
            "weir_metrics_pools_overflowed",
            Shape.GAUGE,
            "Pools beyond metrics_max_series, which are added up as \"other\"."),
    PUSHES(
            "weir_otlp_pushes_total",
            Shape.COUNTER,
            "Times that the metrics were sent to the collector of otlp_url: ok or failed; absent"
                    + " without one.",
            "result"),
    SCRAPE("weir_scrape_seconds", Shape.GAUGE, "How long it took to read all this.");

    /** How values behave over time. */
    public enum Shape {
        /** Only grows. */
        COUNTER,
        /** Goes up and down. */
        GAUGE,
        /** Always 1; its labels matter. */
        INFO,
        /** Times in buckets. */
        HISTOGRAM
    }

    private final String id;
    private final Shape shape;
    private final String doc;

    @SuppressWarnings("ImmutableEnumChecker") // an immutable list
    private final List<String> labels;

    Figure(String id, Shape shape, String doc, String... labels) {
        this.id = id;
        this.shape = shape;
        this.doc = doc;
        this.labels = List.of(labels);
    }

    /** Its name for monitoring systems. */
    public String id() {
        return id;
    }

    public Shape shape() {
        return shape;
    }

    public String doc() {
        return doc;
    }

    public List<String> labels() {
        return labels;
    }
}
