package dev.weir.admin;

import dev.weir.log.ConnectionName;
import dev.weir.net.Clock;
import dev.weir.net.Origin;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How the console shows addresses, moments and ids. */
final class Shown {
    private static final DateTimeFormatter MOMENT =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss z", Locale.ROOT)
                    .withZone(ZoneId.systemDefault());

    private static final long NANOS_PER_MICRO = 1_000;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private Shown() {}

    static String host(@Nullable SocketAddress address) {
        if (address instanceof InetSocketAddress inet) {
            InetAddress ip = inet.getAddress();
            return ip == null ? inet.getHostString() : ConnectionName.host(ip);
        }
        return address == null ? "" : "unix";
    }

    static int port(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress inet
                ? inet.getPort()
                : Origin.UnixPeer.port(address);
    }

    /** A moment on the clock of {@link Clock#nanoTime}, as date and time of day. */
    static String moment(Clock clock, long nanos) {
        return MOMENT.format(clock.at(nanos));
    }

    static long seconds(long nanos) {
        return nanos / NANOS_PER_SECOND;
    }

    /** The part of a duration below its seconds, in microseconds. */
    static long microsOfSecond(long nanos) {
        return nanos % NANOS_PER_SECOND / NANOS_PER_MICRO;
    }

    /**
     * The columns {@code ptr} and {@code link}, where PgBouncer shows the address of an object:
     * clients and servers do not share one.
     */
    static String pointer(boolean isServer, long id) {
        return ConnectionName.pointer(isServer, id);
    }

    /** The id in the pointer of a client; -1 if it is not one. */
    static long clientOf(String pointer) {
        return pointer.startsWith("0xc") ? Long.parseLong(pointer.substring(3), 16) : -1;
    }
}
