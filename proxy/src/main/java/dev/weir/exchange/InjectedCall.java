package dev.weir.exchange;

/** A FunctionCall of Weir's own on a server connection; the client sees nothing of it. */
public interface InjectedCall extends Effect {
    /** Takes the function's result, if that has eight bytes; {@link #succeeded} follows. */
    void result(long value);

    @Override
    default void skipped() {
        failed();
    }
}
