package dev.weir.config;

/** When a client gives its server connection back. */
public enum PoolMode {
    /** When the client disconnects. */
    SESSION,
    /** At the end of each transaction. */
    TRANSACTION,
    /** After each statement; transactions of several statements are refused. */
    STATEMENT
}
