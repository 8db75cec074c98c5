package dev.weir.exchange;

/** The direction of the data of a COPY. */
enum Copy {
    /** No COPY runs. */
    NONE,
    /** From the client. */
    IN,
    /** To the client. */
    OUT,
    /** Both, in replication. */
    BOTH
}
