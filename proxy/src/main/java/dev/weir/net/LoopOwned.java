package dev.weir.net;

import io.netty.channel.EventLoop;

/** Something that lives on one event loop. */
public interface LoopOwned {
    EventLoop loop();

    /** Fails under {@code -ea} off the owner's loop; costs nothing in production. */
    default void assertInLoop() {
        assert loop().inEventLoop() : getClass().getSimpleName() + " used off its event loop";
    }
}
