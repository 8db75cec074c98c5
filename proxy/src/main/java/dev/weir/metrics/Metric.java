package dev.weir.metrics;

import org.jspecify.annotations.Nullable;

/**
 * Everything that a shard of a pool counts or measures. The single source for the code that counts,
 * adds up and shows them. Times are also sorted by length: {@link Timing}.
 */
public enum Metric {
    LEASES(
            "weir_pool_leases_total",
            Kind.COUNTER,
            Unit.ONE,
            "server connections that were leased to clients"),
    WAIT_TIME(
            "weir_pool_wait_seconds_sum",
            Kind.COUNTER,
            Unit.NANOSECOND,
            "how long clients waited for a server connection, if they got one"),
    TRANSACTIONS(
            "weir_transactions_total",
            Kind.COUNTER,
            Unit.ONE,
            "transactions that have ended on servers"),
    QUERIES(
            "weir_queries_total",
            Kind.COUNTER,
            Unit.ONE,
            "simple queries, and batches of extended ones"),
    BYTES_RECEIVED(
            "weir_client_received_bytes_total",
            Kind.COUNTER,
            Unit.BYTE,
            "bytes from clients that were sent on to servers"),
    BYTES_SENT(
            "weir_client_sent_bytes_total",
            Kind.COUNTER,
            Unit.BYTE,
            "bytes from servers that were sent on to clients"),
    TRANSACTION_TIME(
            "weir_transaction_seconds_sum",
            Kind.COUNTER,
            Unit.NANOSECOND,
            "how long transactions lasted, from the first message read to the last answer"),
    QUERY_TIME(
            "weir_query_seconds_sum",
            Kind.COUNTER,
            Unit.NANOSECOND,
            "how long clients waited for the answers to queries"),
    CLIENT_PARSES(
            "weir_client_parses_total",
            Kind.COUNTER,
            Unit.ONE,
            "named statements that clients prepared, where Weir follows these"),
    SERVER_PARSES(
            "weir_server_parses_total",
            Kind.COUNTER,
            Unit.ONE,
            "such statements that servers were asked to prepare"),
    BINDS("weir_binds_total", Kind.COUNTER, Unit.ONE, "Binds of such statements"),
    LOGINS("weir_logins_total", Kind.COUNTER, Unit.ONE, "clients that were let in and greeted"),
    WIPES(
            "weir_server_wipes_total",
            Kind.COUNTER,
            Unit.ONE,
            "times that what a client may have left was wiped off a server connection"),
    UNMATCHED_STARTUPS(
            "weir_unmatched_startups_total",
            Kind.COUNTER,
            Unit.ONE,
            "times that a client got a connection on which RESET brings back the server's default"
                    + " and not what its startup packet says"),
    LOGIN_TIME(
            "weir_login_seconds_sum",
            Kind.COUNTER,
            Unit.NANOSECOND,
            "how long logins took, from the connection to the proof"),
    CONNECT_TIME(
            "weir_server_connect_seconds_sum",
            Kind.COUNTER,
            Unit.NANOSECOND,
            "how long it took to open server connections, their login included"),
    LOST_REPEATED(
            "weir_lost_repeated_total",
            Kind.COUNTER,
            Unit.ONE,
            "batches that were run again since their server connection was lost"),
    LOST_ROLLED_BACK(
            "weir_lost_rolled_back_total",
            Kind.COUNTER,
            Unit.ONE,
            "transactions that were rolled back since their server connection was lost"),
    LOST_RESOLVED(
            "weir_lost_resolved_total",
            Kind.COUNTER,
            Unit.ONE,
            "transactions whose COMMIT had no answer, and of which Weir found out what became of"
                    + " them"),
    LOST_COMMITTED(
            "weir_lost_committed_total",
            Kind.COUNTER,
            Unit.ONE,
            "transactions whose COMMIT had no answer, and of which Weir found out that they were"
                    + " committed"),
    LOST_IN_DOUBT(
            "weir_lost_in_doubt_total",
            Kind.COUNTER,
            Unit.ONE,
            "transactions that nobody knows the end of, since their server connection was lost"),
    COMMITS_LOST(
            "weir_commits_lost_total",
            Kind.COUNTER,
            Unit.ONE,
            "commits that clients were told of, and that a new primary lacks for certain"),
    COMMITS_LOST_PERHAPS(
            "weir_commits_perhaps_lost_total",
            Kind.COUNTER,
            Unit.ONE,
            "commits that clients were told of, and that a new primary lacks perhaps"),

    WAITING_CLIENTS(
            "weir_pool_waiting_clients",
            Kind.GAUGE,
            Unit.ONE,
            "clients that are waiting for a server connection"),
    OLDEST_WAIT(
            "weir_pool_oldest_wait_seconds",
            Kind.MAXIMUM,
            Unit.NANOSECOND,
            "how long the first of them has waited"),
    SERVERS_ACTIVE("active", "server connections that are leased"),
    SERVERS_IDLE("idle", "server connections that are free to be leased"),
    SERVERS_USED("used", "idle server connections that are tested before they are leased again"),
    SERVERS_TESTED(
            "tested", "server connections that run server_check_query or server_reset_query"),
    SERVERS_DRAINING(
            "draining", "server connections whose client is gone and whose work is not over"),
    SERVERS_CANCELED("canceled", "server connections that are waiting for a cancel request to end"),
    SERVERS_OPENING("opening", "server connections that are logging in"),
    CANCELS(
            "weir_cancel_requests",
            Kind.GAUGE,
            Unit.ONE,
            "cancel requests on their way to servers"),
    CLIENT_STATEMENTS(
            "weir_client_prepared_statements",
            Kind.GAUGE,
            Unit.ONE,
            "different statements that clients have prepared"),
    SERVER_STATEMENTS(
            "weir_server_prepared_statements",
            Kind.GAUGE,
            Unit.ONE,
            "statements that server connections have prepared");

    private final String id;
    private final @Nullable String state;
    private final Kind kind;
    private final Unit unit;
    private final String doc;

    Metric(String id, Kind kind, Unit unit, String doc) {
        this(id, null, kind, unit, doc);
    }

    /** The server connections in one state. */
    Metric(String state, String doc) {
        this("weir_servers", state, Kind.GAUGE, Unit.ONE, doc);
    }

    Metric(String id, @Nullable String state, Kind kind, Unit unit, String doc) {
        this.id = id;
        this.state = state;
        this.kind = kind;
        this.unit = unit;
        this.doc = doc;
    }

    /** How a metric behaves over time, and therefore how the values of two loops are combined. */
    public enum Kind {
        /** Only grows; the sum of all loops. */
        COUNTER,
        /** Goes up and down; the sum of all loops. */
        GAUGE,
        /** Goes up and down; the maximum of all loops. */
        MAXIMUM;

        long join(long one, long other) {
            return this == MAXIMUM ? Math.max(one, other) : one + other;
        }
    }

    /** The unit of a value. */
    public enum Unit {
        ONE,
        BYTE,
        /** Shown to operators as seconds or microseconds. */
        NANOSECOND
    }

    /**
     * Its name for monitoring systems, in their base units. Some share a name and differ in {@link
     * #state}.
     */
    public String id() {
        return id;
    }

    /** The value of the label {@code state}; null if it has none. */
    public @Nullable String state() {
        return state;
    }

    public Kind kind() {
        return kind;
    }

    /** The unit in which it is counted here. */
    public Unit unit() {
        return unit;
    }

    /** What it counts or measures. */
    public String doc() {
        return doc;
    }
}
