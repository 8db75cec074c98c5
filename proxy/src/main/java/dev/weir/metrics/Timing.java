package dev.weir.metrics;

/**
 * Times that are counted in buckets by length, so that monitoring systems can compute medians and
 * percentiles. All have the same fixed bounds, so that several loops can be added up.
 */
public enum Timing {
    WAIT(
            "weir_pool_wait_seconds",
            Metric.WAIT_TIME,
            "How long clients waited for a server connection that they got, 0 included."),
    TRANSACTION(
            "weir_transaction_seconds",
            Metric.TRANSACTION_TIME,
            "How long transactions lasted, from the first message read to the last answer."),
    QUERY(
            "weir_query_seconds",
            Metric.QUERY_TIME,
            "How long clients waited for answers; what is asked together counts once."),
    LOGIN(
            "weir_login_seconds",
            Metric.LOGIN_TIME,
            "How long logins took, from the connection to the proof of who the client is."),
    CONNECT(
            "weir_server_connect_seconds",
            Metric.CONNECT_TIME,
            "How long it took to open server connections, their login included.");

    private static final long MICRO = 1_000;
    private static final long MILLI = 1_000_000;

    /** The upper bound of each bucket except the last, which has none. */
    private static final long[] BOUNDS = {
        100 * MICRO,
        250 * MICRO,
        500 * MICRO,
        MILLI,
        2_500 * MICRO,
        5 * MILLI,
        10 * MILLI,
        25 * MILLI,
        50 * MILLI,
        100 * MILLI,
        250 * MILLI,
        500 * MILLI,
        1_000 * MILLI,
        2_500 * MILLI,
        5_000 * MILLI,
        10_000 * MILLI
    };

    /** Number of buckets of each. */
    public static final int BUCKETS = BOUNDS.length + 1;

    private final String id;
    private final Metric sum;
    private final String doc;

    Timing(String id, Metric sum, String doc) {
        this.id = id;
        this.sum = sum;
        this.doc = doc;
    }

    /** The bucket of a time. */
    static int bucket(long nanos) {
        int bucket = 0;
        while (bucket < BOUNDS.length && nanos > BOUNDS[bucket]) {
            bucket++;
        }
        return bucket;
    }

    /**
     * The upper bound of a bucket, in nanoseconds, inclusive; {@link Long#MAX_VALUE} for the last.
     */
    public static long boundNanos(int bucket) {
        return bucket == BOUNDS.length ? Long.MAX_VALUE : BOUNDS[bucket];
    }

    /** Its name for monitoring systems. */
    public String id() {
        return id;
    }

    /** The metric that adds up the same times. */
    public Metric sum() {
        return sum;
    }

    public String doc() {
        return doc;
    }
}
