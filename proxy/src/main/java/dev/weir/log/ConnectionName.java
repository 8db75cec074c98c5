package dev.weir.log;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * How the log names a connection: {@code C-0xc00000000007: app/ann@10.0.0.5:51234}. The number is
 * the one shown in the columns {@code ptr} and {@code link} of SHOW CLIENTS and SHOW SERVERS.
 */
public final class ConnectionName {
    private static final String NO_DATABASE = "(nodb)";
    private static final int POINTER_DIGITS = 11;
    private static final String NO_USER = "(nouser)";

    private ConnectionName() {}

    /**
     * The name of a client.
     *
     * @param database the one it asked for; null until it has
     * @param address as {@code host:port} or {@code unix(pid)}
     */
    public static String client(
            long id, @Nullable String database, @Nullable String user, String address) {
        return "C-" + pointer(false, id) + ": " + names(database, user) + '@' + address;
    }

    /** The name of a server connection. */
    public static String server(
            long id, String database, String user, @Nullable SocketAddress address) {
        return "S-" + pointer(true, id) + ": " + names(database, user) + '@' + shown(address);
    }

    /** The column {@code ptr}, in which no client and server have the same value. */
    public static String pointer(boolean isServer, long id) {
        return (isServer ? "0xb" : "0xc") + HexFormat.of().toHexDigits(id, POINTER_DIGITS);
    }

    /** {@code host:port}, with an IPv6 address in brackets. */
    public static String shown(@Nullable SocketAddress address) {
        if (!(address instanceof InetSocketAddress inet)) {
            return "unix";
        }
        String host = inet.getAddress() == null ? inet.getHostString() : host(inet.getAddress());
        return (host.indexOf(':') < 0 ? host : '[' + host + ']') + ':' + inet.getPort();
    }

    /**
     * An address as PostgreSQL and PgBouncer write it: {@code ::1}, not {@code 0:0:0:0:0:0:0:1}.
     */
    public static String host(InetAddress address) {
        return NetUtil.toAddressString(address);
    }

    private static String names(@Nullable String database, @Nullable String user) {
        return (database == null ? NO_DATABASE : database) + '/' + (user == null ? NO_USER : user);
    }
}
