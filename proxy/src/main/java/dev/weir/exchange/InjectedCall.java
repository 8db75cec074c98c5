package dev.weir.exchange;

/** A FunctionCall of Weir's own on a server connection; the client sees nothing of it. */
public interface InjectedCall extends Effect {
    /** Takes the function's result, if that has eight bytes; {@link #succeeded} follows. */
    void result(long value);

    /**
     * Whether the client's request behind it fails if it does: they are in one transaction block.
     * Then the client is given its error, in place of whatever answers the request.
     */
    default boolean failsRequest() {
        return false;
    }

    @Override
    default void skipped() {
        failed();
    }
}
