package dev.weir.net;

import io.netty.channel.EventLoop;

/** An object that belongs to one event loop. */
public interface LoopOwned {
    EventLoop loop();

    /**
     * Nanoseconds since an arbitrary moment, by the clock of the loop's timers. In the process that
     * is {@link System#nanoTime}.
     */
    default long nanoTime() {
        return loop().ticker().nanoTime();
    }

    /** Fails under {@code -ea} if called off the owner's loop; costs nothing in production. */
    default void assertInLoop() {
        assert loop().inEventLoop() : getClass().getSimpleName() + " used off its event loop";
    }
}
