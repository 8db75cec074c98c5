package dev.weir.ops;

/** A source of events for a connection. */
@FunctionalInterface
interface Feed {
    /**
     * Begins; called on the loop of the stream.
     *
     * @return runs on that loop when the stream has ended, whichever side ended it
     */
    Runnable open(EventStream to);
}
