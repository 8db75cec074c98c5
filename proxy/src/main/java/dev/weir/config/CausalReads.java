package dev.weir.config;

/** Whose commits a read on a replica must see. */
public enum CausalReads {
    /** Those of its own session. */
    SESSION,
    /** Those of all sessions of the same user on the same database. */
    USER,
    /** Those of all sessions. */
    GLOBAL,
    /** None. */
    OFF
}
