package dev.weir.config;

/** When a client returns its server connection to the pool. */
public enum PoolMode {
    /** When the client disconnects. */
    SESSION,
    /** At the end of each transaction. */
    TRANSACTION,
    /** After each statement; transactions of several statements are refused. */
    STATEMENT
}
