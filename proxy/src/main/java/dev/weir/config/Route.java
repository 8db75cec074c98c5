package dev.weir.config;

/** Which transactions of a database with {@code nodes} go to replicas. */
public enum Route {
    /** Those that say so: READ ONLY, or a hint. */
    EXPLICIT,
    /** Also single statements that provably only read. */
    AUTO,
    /** None. */
    PRIMARY,
    /** All. */
    REPLICA
}
