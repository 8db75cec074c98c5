package dev.weir.admin;

import dev.weir.metrics.Metric;
import org.jspecify.annotations.Nullable;

/**
 * The columns of SHOW STATS and of its relatives, each of which shows a {@link Metric}. PgBouncer
 * has up to five names for one of them; exporters rely on every one.
 */
enum StatsColumn {
    ASSIGNMENTS(Metric.LEASES, Names.counted("server_assignment_count")),
    TRANSACTIONS(Metric.TRANSACTIONS, Names.counted("xact_count")),
    QUERIES(Metric.QUERIES, Names.counted("query_count")),
    RECEIVED(
            Metric.BYTES_RECEIVED,
            new Names("received", "recv", "bytes_received", "bytes_received", "client_bytes")),
    SENT(Metric.BYTES_SENT, new Names("sent", "sent", "bytes_sent", "bytes_sent", "server_bytes")),
    TRANSACTION_TIME(Metric.TRANSACTION_TIME, Metric.TRANSACTIONS, Names.counted("xact_time")),
    QUERY_TIME(Metric.QUERY_TIME, Metric.QUERIES, Names.counted("query_time")),
    WAIT_TIME(Metric.WAIT_TIME, Names.counted("wait_time")),
    CLIENT_PARSES(Metric.CLIENT_PARSES, Names.prepared("client_parse_count")),
    SERVER_PARSES(Metric.SERVER_PARSES, Names.prepared("server_parse_count")),
    BINDS(Metric.BINDS, Names.prepared("bind_count")),
    LOGINS(
            Metric.LOGINS,
            new Names(
                    "client_login_count",
                    "client_login_count",
                    "client_login_count",
                    "avg_client_login_count",
                    "client_login_count"));

    private final Metric metric;
    private final @Nullable Metric of;

    @SuppressWarnings("ImmutableEnumChecker") // a record of strings
    private final Names names;

    StatsColumn(Metric metric, Names names) {
        this(metric, null, names);
    }

    /**
     * @param of the metric per unit of which the average is; null if it is per second
     */
    StatsColumn(Metric metric, @Nullable Metric of, Names names) {
        this.metric = metric;
        this.of = of;
        this.names = names;
    }

    /**
     * The names of one metric.
     *
     * @param total in SHOW STATS, after {@code total_}
     * @param average in SHOW STATS, after {@code avg_}
     * @param ofTotals in SHOW STATS_TOTALS
     * @param ofAverages in SHOW STATS_AVERAGES
     * @param ofAll in SHOW TOTALS, after {@code total_} and {@code avg_}
     */
    record Names(String total, String average, String ofTotals, String ofAverages, String ofAll) {
        private static Names counted(String name) {
            return new Names(name, name, name, name, name);
        }

        private static Names prepared(String name) {
            return new Names(name, name, name, "avg_" + name, "ps_" + name);
        }
    }

    Names names() {
        return names;
    }

    /** What was done until the end of the interval. */
    long total(Interval interval) {
        return interval.total(metric);
    }

    /** What was done in the interval, on average. */
    long average(Interval interval) {
        return of == null ? interval.perSecond(metric) : interval.perOne(metric, of);
    }
}
