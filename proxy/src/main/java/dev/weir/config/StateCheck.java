package dev.weir.config;

/** How it is found out what a transaction has left on its server connection. */
public enum StateCheck {
    /** Everybody leaves something: the connection is wiped before another client gets it. */
    ALWAYS,
    /**
     * The texts of the client, and the catalog of the database, say whether it may have left
     * anything.
     */
    ANALYSED,
    /** The texts of the client say what the server is to be asked about. */
    TEXTS
}
