package dev.weir.bench.failover;

/** What a client was told of its transaction. */
enum Told {
    ACKNOWLEDGED,
    ROLLED_BACK,
    IN_DOUBT
}
