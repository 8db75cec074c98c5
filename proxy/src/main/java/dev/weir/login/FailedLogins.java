package dev.weir.login;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.weir.net.Clock;
import dev.weir.net.Origin;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The recent failed logins of each address: after {@code max_failed_logins} within a minute, logins
 * from the address are refused until that minute has passed. Unix sockets are not counted.
 * Thread-safe.
 */
final class FailedLogins {
    static final long WINDOW_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** If there are more addresses, those that failed longest ago are forgotten. */
    static final int ADDRESSES_MAX = 100_000;

    /** An IPv6 network of this size belongs to one subscriber. */
    private static final int PREFIX_BYTES = 8;

    private final Clock clock;
    private final Cache<ByteBuffer, Window> windows =
            Caffeine.newBuilder().maximumSize(ADDRESSES_MAX).build();

    /** The number of failures since the first of them. */
    private record Window(long sinceNanos, int count) {}

    FailedLogins(Clock clock) {
        this.clock = clock;
    }

    /**
     * Whether clients from there are refused at the moment.
     *
     * @param max 0 = never
     */
    boolean isBlocked(Origin origin, int max) {
        ByteBuffer key = max == 0 ? null : key(origin);
        Window window = key == null ? null : windows.getIfPresent(key);
        return window != null && window.count >= max && !isOver(window);
    }

    /**
     * Counts a failed login from there; returns true if it is the one after which clients are
     * refused.
     */
    boolean failed(Origin origin, int max) {
        ByteBuffer key = max == 0 ? null : key(origin);
        if (key == null) {
            return false;
        }
        Window now = windows.asMap().compute(key, (_, before) -> oneMore(before));
        return now != null && now.count == max;
    }

    private Window oneMore(@Nullable Window before) {
        return before == null || isOver(before)
                ? new Window(clock.nanoTime(), 1)
                : new Window(before.sinceNanos, before.count + 1);
    }

    private boolean isOver(Window window) {
        return clock.nanoTime() - window.sinceNanos >= WINDOW_NANOS;
    }

    private static @Nullable ByteBuffer key(Origin origin) {
        InetSocketAddress from = origin.address();
        InetAddress address = from == null ? null : from.getAddress();
        if (address == null) {
            return null;
        }
        byte[] bytes = address.getAddress();
        return ByteBuffer.wrap(bytes.length > 4 ? Arrays.copyOf(bytes, PREFIX_BYTES) : bytes);
    }
}
