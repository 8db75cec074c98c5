package dev.weir.net;

import java.util.concurrent.atomic.AtomicLong;

/** The unique numbers of client and server connections. */
public final class ConnectionIds {
    private static final AtomicLong last = new AtomicLong();

    private ConnectionIds() {}

    /** The number of a new connection. Thread-safe. */
    public static long next() {
        return last.incrementAndGet();
    }
}
