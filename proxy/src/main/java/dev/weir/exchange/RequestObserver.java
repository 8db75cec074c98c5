package dev.weir.exchange;

/**
 * Is told, once, of the end of each request that a client sent: the place for statistics, a slow
 * log, an audit and a cache. Runs on the loop of the connection whose ledger calls it; it must not
 * touch that ledger, and must not block.
 */
public interface RequestObserver {
    /** The time in nanoseconds since some fixed moment; called when a request is sent and ends. */
    long nanos();

    /**
     * A request has ended: its last answer was received, an earlier error made the server skip it,
     * or its outcome can no longer be known. If a batch fails, its last request is reported first.
     */
    void ended(RequestEnd end);
}
