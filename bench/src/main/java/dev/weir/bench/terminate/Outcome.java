package dev.weir.bench.terminate;

/** What the client of a terminated statement was told. */
enum Outcome {
    /** FATAL 57P01, and no CommandComplete before it: the rule says that no row is there. */
    STOPPED,
    /** CommandComplete, then FATAL: nobody knows. */
    COMPLETED,
    /** CommandComplete and ReadyForQuery: the row is there. */
    ACKNOWLEDGED,
    /** The connection ended without a word: nobody knows. */
    SILENT,
    /** Something else was said. */
    OTHER
}
