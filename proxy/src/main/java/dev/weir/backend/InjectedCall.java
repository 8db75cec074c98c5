package dev.weir.backend;

import dev.weir.exchange.Effect;
import io.netty.buffer.ByteBuf;

/** A FunctionCall of Weir's own on a server connection; the client sees nothing of it. */
public interface InjectedCall extends Effect {
    /**
     * Takes the function's result: {@code length} bytes at {@code at}, negative for NULL. Borrows
     * {@code in}.
     */
    void result(ByteBuf in, int at, int length);

    @Override
    default void skipped() {
        failed();
    }
}
