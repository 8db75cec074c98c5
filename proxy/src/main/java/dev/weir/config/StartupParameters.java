package dev.weir.config;

/**
 * What RESET brings back for a client that gave a setting in its startup packet. PostgreSQL has the
 * client's own value there, but only on a connection that was opened with it.
 */
public enum StartupParameters {
    /** The server's default, up to the end of the transaction: all connections are alike. */
    SHARED,
    /**
     * The client's value, if a connection is idle that was opened with it, or can be opened without
     * closing too many others; else the server's default, up to the end of the transaction.
     */
    PREFERRED,
    /** The client's value; other connections are closed for it. */
    STRICT
}
