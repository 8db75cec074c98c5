package dev.weir.session;

import dev.weir.pool.Waiter;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.NullMarked;

/** Whom the waiters of a pool's queue stand for, for tests of other packages. */
@NullMarked
public final class Waiters {
    private Waiters() {}

    /** Whether the session that a waiter stood for has a server connection; on its loop. */
    public static boolean isServed(Sessions sessions, EventLoop loop, Waiter waiter) {
        boolean[] served = {false};
        sessions.forEach(
                loop, session -> served[0] |= session.waiter() == waiter && session.isLeased());
        return served[0];
    }
}
