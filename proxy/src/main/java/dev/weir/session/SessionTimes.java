package dev.weir.session;

import dev.weir.config.PoolSettings;
import dev.weir.error.ProxyError;
import dev.weir.exchange.Ledger;
import dev.weir.metrics.LoopMeters;
import dev.weir.metrics.Metric;
import dev.weir.metrics.Timing;
import dev.weir.net.LoopClock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** When a session began, was last active and stalled, and which of its timeouts has expired. */
final class SessionTimes {
    static final long NONE = -1;

    private final LoopClock clock;
    private final long startedNanos;
    private long activeNanos;
    private long stalledSinceNanos;
    private long askedNanos;
    private long begunNanos;
    private long requestNanos;

    SessionTimes(LoopClock clock) {
        this.clock = clock;
        this.startedNanos = clock.exactNanos();
        this.requestNanos = startedNanos;
        this.activeNanos = clock.nanos();
    }

    long startedNanos() {
        return startedNanos;
    }

    /** The time; at most a third of a second old. */
    long now() {
        return clock.nanos();
    }

    /** Reads the clock: something happens now. */
    void readClock() {
        clock.advance();
    }

    /** The client has sent a request that is not answered yet. */
    void asked() {
        requestNanos = clock.nanos();
        if (askedNanos == 0) {
            askedNanos = requestNanos;
        }
        if (begunNanos == 0) {
            begunNanos = requestNanos;
        }
    }

    /**
     * All requests are answered: counts the query, and the transactions that have ended.
     *
     * @return how long the query took, in nanoseconds; {@link #NONE} if there was none
     */
    long answered(LoopMeters meters, Ledger ledger) {
        meters.add(Metric.TRANSACTIONS, ledger.takeTransactionsEnded());
        return answered(meters, ledger.transactionStatus() == 'I');
    }

    /**
     * The same, without a server.
     *
     * @param ends whether no transaction is open now
     */
    long answered(LoopMeters meters, boolean ends) {
        long now = clock.nanos();
        long took = NONE;
        if (askedNanos != 0) {
            took = now - askedNanos;
            meters.record(Timing.QUERY, took);
            askedNanos = 0;
        }
        if (begunNanos != 0 && ends) {
            meters.record(Timing.TRANSACTION, now - begunNanos);
            begunNanos = 0;
        }
        return took;
    }

    /**
     * The current times.
     *
     * @param waitNanos how long the client has waited for a server connection
     */
    ClientSnapshot.Times snapshot(long waitNanos, long now) {
        return new ClientSnapshot.Times(
                startedNanos,
                requestNanos,
                waitNanos,
                askedNanos == 0 ? 0 : now - askedNanos,
                begunNanos == 0 ? 0 : now - begunNanos);
    }

    /** Whether the session began longer ago than this. */
    boolean isOlderThan(Duration limit) {
        return isOver(limit, startedNanos);
    }

    /** Something was received or sent. */
    void active() {
        activeNanos = clock.nanos();
    }

    void leased() {
        activeNanos = clock.nanos();
    }

    /** The client does not read its answers. */
    void stalled() {
        if (stalledSinceNanos == 0) {
            stalledSinceNanos = clock.nanos();
        }
    }

    void flowing() {
        stalledSinceNanos = 0;
    }

    /**
     * The timeout that ends the session now; null if none has expired.
     *
     * @param writeTimeout how long a client may leave its answers unread; zero = no limit
     * @param isIdle whether it neither holds nor waits for a server connection
     * @param ledger that of the server connection it holds; null if it holds none
     */
    @Nullable ProxyError expired(
            PoolSettings limits, Duration writeTimeout, boolean isIdle, @Nullable Ledger ledger) {
        if (stalledSinceNanos != 0 && isOver(writeTimeout, stalledSinceNanos)) {
            return ProxyError.CLIENT_WRITE_TIMEOUT;
        }
        boolean betweenTransactions = isIdle;
        if (ledger != null && ledger.isIdle()) {
            betweenTransactions = true; // session mode, or pinned
        }
        if (betweenTransactions) {
            return isOver(limits.clientIdleTimeout(), activeNanos)
                    ? ProxyError.CLIENT_IDLE_TIMEOUT
                    : null;
        }
        return ledger == null ? waiting(limits) : inTransaction(limits, ledger);
    }

    /**
     * The timeout that ends, before its client was welcomed, a session whose login waits for a
     * server as a query does; null if it has not expired.
     */
    @Nullable ProxyError entering(PoolSettings limits) {
        return isOver(limits.queryTimeout(), startedNanos)
                ? ProxyError.QUERY_TIMEOUT_WAITING
                : null;
    }

    /** No server has the query yet; the time that it waits counts all the same. */
    private @Nullable ProxyError waiting(PoolSettings limits) {
        return askedNanos != 0 && isOver(limits.queryTimeout(), requestNanos)
                ? ProxyError.QUERY_TIMEOUT_WAITING
                : null;
    }

    /**
     * A query is timed from the client's last message, so that a COPY may take long; an idle
     * transaction from the server's last; a transaction from its first message.
     */
    private @Nullable ProxyError inTransaction(PoolSettings limits, Ledger ledger) {
        if (ledger.outstanding() > 0) {
            if (isOver(limits.queryTimeout(), requestNanos)) {
                return ProxyError.QUERY_TIMEOUT;
            }
        } else if (isOver(limits.idleTransactionTimeout(), activeNanos)) {
            return ProxyError.IDLE_TRANSACTION_TIMEOUT;
        }
        return begunNanos != 0 && isOver(limits.transactionTimeout(), begunNanos)
                ? ProxyError.TRANSACTION_TIMEOUT
                : null;
    }

    private boolean isOver(Duration limit, long sinceNanos) {
        return !limit.isZero() && clock.nanos() - sinceNanos > limit.toNanos();
    }
}
