package dev.weir.exchange;

/**
 * What a request changes once the server has carried it out. Exactly one of {@link #succeeded},
 * {@link #failed} and {@link #skipped} is called, unless the connection ends or becomes {@linkplain
 * Ledger#isUncertain uncertain} first. No method may touch the ledger.
 */
public interface Effect {
    /** The server says something of the request ahead of its answer, which may be any of these. */
    default void noticed() {}

    /** The server carried the request out; for a Query, its ReadyForQuery was received. */
    void succeeded();

    /** The server answered the request itself with an error. */
    void failed();

    /**
     * The server ignored the request: an earlier one of its batch failed, or a COPY was running. Or
     * its outcome will never be known, since the connection has ended and its client goes on
     * without it.
     */
    void skipped();
}
