package dev.weir.net;

import dev.weir.log.ConnectionName;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.PeerCredentials;
import io.netty.channel.uring.IoUringDomainSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a client comes from, as far as its connection shows; known before its startup packet.
 *
 * @param address of the client; null over a Unix socket
 * @param unixPeer the process at the other end of a Unix socket; null for TCP
 * @param encryption null while it speaks in the clear
 */
public record Origin(
        @Nullable InetSocketAddress address,
        @Nullable UnixPeer unixPeer,
        @Nullable Encryption encryption) {

    /**
     * The process at the other end of a Unix socket, as reported by the kernel.
     *
     * @param pid -1 where the transport does not know
     * @param uid -1 where the transport does not know
     * @param port in the name of the socket; 0 if there is none
     */
    public record UnixPeer(int pid, int uid, int port) {
        private static final Pattern NAME =
                Pattern.compile("\\.(?:s\\.PGSQL|w[0-9a-z]{1,7})\\.([0-9]{1,5})$");

        /**
         * The port in a name such as {@code /tmp/.s.PGSQL.6432}, or in the one that Weir's socket
         * had before; 0 if there is none.
         */
        public static int port(@Nullable SocketAddress address) {
            if (!(address instanceof DomainSocketAddress unix)) {
                return 0;
            }
            Matcher name = NAME.matcher(unix.path());
            return name.find() ? Integer.parseInt(name.group(1)) : 0;
        }
    }

    /**
     * A finished TLS handshake.
     *
     * @param protocol such as TLSv1.3
     * @param cipher OpenSSL's name of the cipher suite
     * @param certificate the client's verified certificate; null if it presented none
     */
    public record Encryption(
            String protocol, String cipher, @Nullable ClientCertificate certificate) {

        /** As the console shows it: {@code TLSv1.2/ECDHE-RSA-AES128-GCM-SHA256}. */
        public String shown() {
            return protocol + '/' + cipher;
        }
    }

    /**
     * The subject of a verified certificate.
     *
     * @param commonName null if the subject has none, or several
     * @param distinguishedName in the form of RFC 2253
     */
    public record ClientCertificate(@Nullable String commonName, String distinguishedName) {}

    private static final UnixPeer NOBODY = new UnixPeer(-1, -1, 0);

    /** The origin of a client whose connection has not been examined yet. */
    public static final Origin UNKNOWN = new Origin(null, NOBODY, null);

    /** A client that comes by TCP from {@code address}. */
    public static Origin tcp(InetSocketAddress address) {
        return new Origin(address, null, null);
    }

    /** A client that comes over a Unix socket. */
    public static Origin unix(int pid, int uid) {
        return new Origin(null, new UnixPeer(pid, uid, 0), null);
    }

    /** The client at the other end of {@code channel}. */
    public static Origin of(Channel channel) {
        return channel.remoteAddress() instanceof InetSocketAddress inet
                ? tcp(inet)
                : new Origin(null, unixPeer(channel), null);
    }

    /** Reads SO_PEERCRED; the JDK's own Unix sockets do not provide ids. */
    private static UnixPeer unixPeer(Channel channel) {
        try {
            PeerCredentials peer =
                    switch (channel) {
                        case EpollDomainSocketChannel epoll -> epoll.peerCredentials();
                        case IoUringDomainSocketChannel ring -> ring.peerCredentials();
                        default -> null;
                    };
            return peer == null
                    ? NOBODY
                    : new UnixPeer(peer.pid(), peer.uid(), UnixPeer.port(channel.localAddress()));
        } catch (IOException _) {
            return NOBODY; // the client has gone
        }
    }

    /** The same client, at the address that a trusted proxy has reported. */
    public Origin at(InetSocketAddress real) {
        return new Origin(real, unixPeer, encryption);
    }

    /** The same client after its TLS handshake. */
    public Origin encrypted(Encryption by) {
        return new Origin(address, unixPeer, by);
    }

    /** Whether the process at the other end belongs to this user of the operating system. */
    public boolean isOf(int uid) {
        return unixPeer != null && unixPeer.uid() >= 0 && unixPeer.uid() == uid;
    }

    /** Its TLS, as shown by the console; empty if it has none. */
    public String tls() {
        Encryption by = encryption;
        return by == null ? "" : by.shown();
    }

    public boolean isEncrypted() {
        return encryption != null;
    }

    /** As PostgreSQL's errors about access rules name it: an address, or {@code [local]}. */
    public String host() {
        return address == null ? "[local]" : ConnectionName.host(address.getAddress());
    }

    /** As logs show it: {@code host:port} with IPv6 in brackets, or {@code unix(pid):port}. */
    public String shown() {
        InetSocketAddress inet = address;
        UnixPeer peer = unixPeer;
        if (inet != null) {
            return ConnectionName.shown(inet);
        }
        if (peer == null || peer.pid() < 0) {
            return "unix";
        }
        return "unix(" + peer.pid() + ')' + (peer.port() == 0 ? "" : ":" + peer.port());
    }
}
