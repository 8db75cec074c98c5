package dev.weir.net;

import java.util.concurrent.atomic.AtomicLong;

/** The numbers of connections, of clients and of servers: no two have the same. */
public final class ConnectionIds {
    private static final AtomicLong last = new AtomicLong();

    private ConnectionIds() {}

    /** The number of a new connection. Any thread may ask. */
    public static long next() {
        return last.incrementAndGet();
    }
}
