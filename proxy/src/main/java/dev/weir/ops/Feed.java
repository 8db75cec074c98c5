package dev.weir.ops;

/** What goes on being sent to a connection. */
@FunctionalInterface
interface Feed {
    /**
     * Begins; called on the loop of the stream.
     *
     * @return what is run on that loop when the stream has ended, whoever has ended it
     */
    Runnable open(EventStream to);
}
