package dev.weir.config;

/** What happens to a read when no replica may be read. */
public enum NoReplica {
    /** The primary answers it. */
    PRIMARY,
    /** It fails. */
    ERROR,
    /** The replica that is least behind answers it. */
    LEAST_LAG
}
