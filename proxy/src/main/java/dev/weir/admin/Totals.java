package dev.weir.admin;

import dev.weir.pool.PoolCounters;
import java.util.List;

/** What a database has done since the start, or on average of one second. Times in microseconds. */
record Totals(
        long assignments,
        long transactions,
        long queries,
        long received,
        long sent,
        long transactionMicros,
        long queryMicros,
        long waitMicros,
        long clientParses,
        long serverParses,
        long binds,
        long logins) {
    static final Totals ZERO = new Totals(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    private static final long NANOS_PER_MICRO = 1_000;
    private static final double NANOS_PER_SECOND = 1e9;

    static Totals of(PoolCounters counters) {
        return new Totals(
                counters.leases,
                counters.transactions,
                counters.queries,
                counters.bytesReceived,
                counters.bytesSent,
                counters.transactionNanos / NANOS_PER_MICRO,
                counters.queryNanos / NANOS_PER_MICRO,
                counters.waitNanos / NANOS_PER_MICRO,
                counters.clientParses,
                counters.serverParses,
                counters.binds,
                counters.logins);
    }

    /** Of a console, which has queries and nothing else to count. */
    static Totals ofConsole(long queries) {
        return new Totals(0, queries, queries, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    Totals plus(Totals other) {
        return new Totals(
                assignments + other.assignments,
                transactions + other.transactions,
                queries + other.queries,
                received + other.received,
                sent + other.sent,
                transactionMicros + other.transactionMicros,
                queryMicros + other.queryMicros,
                waitMicros + other.waitMicros,
                clientParses + other.clientParses,
                serverParses + other.serverParses,
                binds + other.binds,
                logins + other.logins);
    }

    /**
     * The averages since {@code older}: counts for a second, the times of a transaction and of a
     * query for one of them, and the time waited for a second, as in PgBouncer.
     */
    Totals since(Totals older, long nanos) {
        if (nanos <= 0) {
            return ZERO;
        }
        return new Totals(
                rate(assignments - older.assignments, nanos),
                rate(transactions - older.transactions, nanos),
                rate(queries - older.queries, nanos),
                rate(received - older.received, nanos),
                rate(sent - older.sent, nanos),
                each(
                        transactionMicros - older.transactionMicros,
                        transactions - older.transactions),
                each(queryMicros - older.queryMicros, queries - older.queries),
                rate(waitMicros - older.waitMicros, nanos),
                rate(clientParses - older.clientParses, nanos),
                rate(serverParses - older.serverParses, nanos),
                rate(binds - older.binds, nanos),
                rate(logins - older.logins, nanos));
    }

    private static long rate(long count, long nanos) {
        return Math.max(0, (long) (count * NANOS_PER_SECOND / nanos));
    }

    private static long each(long sum, long count) {
        return count <= 0 ? 0 : Math.max(0, sum / count);
    }

    /** The values in the order of SHOW STATS. */
    List<Long> values() {
        return List.of(
                assignments,
                transactions,
                queries,
                received,
                sent,
                transactionMicros,
                queryMicros,
                waitMicros,
                clientParses,
                serverParses,
                binds);
    }

    /** The log line of a {@code stats_period}, of averages. */
    String line() {
        return "stats: %d xacts/s, %d queries/s, %d client parses/s, %d server parses/s, %d binds/s, %d client logins/s, in %d B/s, out %d B/s, xact %d us, query %d us, wait %d us"
                .formatted(
                        transactions,
                        queries,
                        clientParses,
                        serverParses,
                        binds,
                        logins,
                        received,
                        sent,
                        transactionMicros,
                        queryMicros,
                        waitMicros);
    }
}
