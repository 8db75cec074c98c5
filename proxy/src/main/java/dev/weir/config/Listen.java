package dev.weir.config;

/** On which connection the clients of a pool listen, outside session mode. */
public enum Listen {
    /** On one that they share, beside those of the pool. */
    SHARED,
    /** Each on its own, which it keeps as long as it listens. */
    PIN
}
