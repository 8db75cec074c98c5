package dev.weir.config;

/** Which transactions of a database with {@code nodes} go to replicas. */
public enum Route {
    /** Those that ask for it: READ ONLY transactions, or those with a hint. */
    EXPLICIT,
    /** These, and single statements that provably only read. */
    AUTO,
    /** None. */
    PRIMARY,
    /** All. */
    REPLICA
}
