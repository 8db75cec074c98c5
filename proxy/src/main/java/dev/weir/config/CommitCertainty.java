package dev.weir.config;

/** What is done to find out, once a server connection is lost, whether a COMMIT was carried out. */
public enum CommitCertainty {
    /** Nothing: the client is told that nobody knows. */
    OFF,
    /**
     * The server is asked for the number of a transaction block that has changed something, and
     * where its log stands, ahead of the next message.
     */
    BLOCK,
    /** The same, and the log is made to name the transaction, also if it has not changed it. */
    FULL
}
