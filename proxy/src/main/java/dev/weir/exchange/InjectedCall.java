package dev.weir.exchange;

/** A FunctionCall of Weir's own on a server connection, which the client does not see. */
public interface InjectedCall extends Effect {
    /** Takes the function's result, if that has eight bytes; {@link #succeeded} follows. */
    void result(long value);

    /**
     * Whether the client's request after it fails if this fails, since they are in one transaction
     * block. Then the client gets the error of this instead of the answer to its request.
     */
    default boolean failsRequest() {
        return false;
    }

    @Override
    default void skipped() {
        failed();
    }
}
