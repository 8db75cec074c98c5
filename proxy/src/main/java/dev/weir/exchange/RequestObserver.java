package dev.weir.exchange;

/**
 * Is told of the end of each request that a client sent, once: where statistics, a slow log, an
 * audit and a cache look on. Runs on the loop of the connection whose ledger tells it; it must not
 * touch that ledger, and must not block.
 */
public interface RequestObserver {
    /**
     * The time, in nanoseconds since any fixed moment. Asked when a request is sent and when it
     * ends.
     */
    long nanos();

    /**
     * A request has ended: its last answer was received, an earlier error made the server skip it,
     * or nobody can tell any more what became of it. Of a batch that fails, the last request comes
     * first.
     */
    void ended(RequestEnd end);
}
