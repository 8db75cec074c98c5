package dev.weir.top;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the console said at one moment.
 *
 * @param nanos when, by a {@link dev.weir.net.Clock}
 * @param traffic what each database has counted since the start
 * @param averages the same for each second of the last {@code stats_period}
 */
record Sample(
        long nanos, List<Pool> pools, Map<String, Traffic> traffic, Map<String, Traffic> averages) {
    /** What who looks does himself. */
    private static final String CONSOLE = "pgbouncer";

    private static final double MICROS_PER_SECOND = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;

    /**
     * A row of SHOW POOLS.
     *
     * @param busy server connections that work for clients
     * @param spare those that wait for clients
     * @param longestWait of a client that is waiting, in seconds
     */
    record Pool(
            String database,
            String user,
            int active,
            int waiting,
            int busy,
            int spare,
            double longestWait,
            String mode) {}

    /** Transactions, queries and bytes, in all or per second. */
    record Traffic(double transactions, double queries, double received, double sent) {
        static final Traffic NONE = new Traffic(0, 0, 0, 0);

        Traffic plus(Traffic other) {
            return new Traffic(
                    transactions + other.transactions,
                    queries + other.queries,
                    received + other.received,
                    sent + other.sent);
        }

        /** What has come since {@code earlier}, for each of some seconds. */
        Traffic since(Traffic earlier, double seconds) {
            return new Traffic(
                    (transactions - earlier.transactions) / seconds,
                    (queries - earlier.queries) / seconds,
                    (received - earlier.received) / seconds,
                    (sent - earlier.sent) / seconds);
        }
    }

    /** Asks the console. */
    static Sample read(Connection console, long nanos) throws SQLException {
        var pools = new ArrayList<Pool>();
        Map<String, Traffic> traffic = new HashMap<>();
        Map<String, Traffic> averages = new HashMap<>();
        try (Statement statement = console.createStatement()) {
            try (ResultSet row = statement.executeQuery("SHOW POOLS")) {
                while (row.next()) {
                    if (!row.getString("database").equals(CONSOLE)) {
                        pools.add(pool(row));
                    }
                }
            }
            try (ResultSet row = statement.executeQuery("SHOW STATS")) {
                while (row.next()) {
                    String database = row.getString("database");
                    if (database.equals(CONSOLE)) {
                        continue;
                    }
                    traffic.put(
                            database,
                            traffic(
                                    row,
                                    "total_xact_count",
                                    "total_query_count",
                                    "total_received",
                                    "total_sent"));
                    averages.put(
                            database,
                            traffic(
                                    row,
                                    "avg_xact_count",
                                    "avg_query_count",
                                    "avg_recv",
                                    "avg_sent"));
                }
            }
        }
        return new Sample(nanos, pools, traffic, averages);
    }

    private static Pool pool(ResultSet row) throws SQLException {
        return new Pool(
                row.getString("database"),
                row.getString("user"),
                row.getInt("cl_active"),
                row.getInt("cl_waiting"),
                row.getInt("sv_active"),
                row.getInt("sv_idle") + row.getInt("sv_used"),
                row.getInt("maxwait") + row.getInt("maxwait_us") / MICROS_PER_SECOND,
                row.getString("pool_mode"));
    }

    private static Traffic traffic(ResultSet row, String... columns) throws SQLException {
        return new Traffic(
                row.getDouble(columns[0]),
                row.getDouble(columns[1]),
                row.getDouble(columns[2]),
                row.getDouble(columns[3]));
    }

    /**
     * What a database does in a second.
     *
     * @param earlier what to compare with; null if there is nothing yet, so that the console's own
     *     averages have to do
     */
    Traffic rate(String database, @Nullable Sample earlier) {
        if (earlier == null) {
            return averages.getOrDefault(database, Traffic.NONE);
        }
        return traffic.getOrDefault(database, Traffic.NONE)
                .since(
                        earlier.traffic.getOrDefault(database, Traffic.NONE),
                        (nanos - earlier.nanos) / NANOS_PER_SECOND);
    }
}
