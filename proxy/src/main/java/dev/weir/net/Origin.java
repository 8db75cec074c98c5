package dev.weir.net;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.PeerCredentials;
import io.netty.channel.uring.IoUringDomainSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
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
     */
    public record UnixPeer(int pid, int uid) {}

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

    private static final UnixPeer NOBODY = new UnixPeer(-1, -1);

    /** The origin of a client whose connection has not been examined yet. */
    public static final Origin UNKNOWN = new Origin(null, NOBODY, null);

    /** A client that comes by TCP from {@code address}. */
    public static Origin tcp(InetSocketAddress address) {
        return new Origin(address, null, null);
    }

    /** A client that comes over a Unix socket. */
    public static Origin unix(int pid, int uid) {
        return new Origin(null, new UnixPeer(pid, uid), null);
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
            return peer == null ? NOBODY : new UnixPeer(peer.pid(), peer.uid());
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
        return address == null ? "[local]" : address.getAddress().getHostAddress();
    }

    /** As logs show it: {@code host:port} with IPv6 in brackets, or {@code unix(pid)}. */
    public String shown() {
        InetSocketAddress inet = address;
        UnixPeer peer = unixPeer;
        if (inet != null) {
            String host = inet.getAddress().getHostAddress();
            return (host.indexOf(':') < 0 ? host : '[' + host + ']') + ':' + inet.getPort();
        }
        return peer == null || peer.pid() < 0 ? "unix" : "unix(" + peer.pid() + ')';
    }
}
