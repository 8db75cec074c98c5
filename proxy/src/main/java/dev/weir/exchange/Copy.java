package dev.weir.exchange;

/** Which way the data of a COPY goes. */
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
