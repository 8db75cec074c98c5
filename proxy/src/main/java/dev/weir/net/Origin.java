package dev.weir.net;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where a client comes from, as far as its connection tells: known before its startup packet.
 *
 * @param address of the client; null over a Unix socket, and where the PROXY protocol said nothing
 * @param unixPeer the process at the other end of a Unix socket; null for TCP
 * @param encryption null while it speaks in the clear
 */
public record Origin(
        @Nullable InetSocketAddress address,
        @Nullable UnixPeer unixPeer,
        @Nullable Encryption encryption) {

    /**
     * The process at the other end of a Unix socket, as the kernel says.
     *
     * @param pid -1 where the transport does not know
     * @param uid -1 where the transport does not know; then it is nobody's
     */
    public record UnixPeer(int pid, int uid) {}

    /**
     * A finished TLS handshake.
     *
     * @param protocol such as TLSv1.3
     * @param certificate the client's, verified; null if it showed none
     */
    public record Encryption(
            String protocol, String cipher, @Nullable ClientCertificate certificate) {}

    /**
     * The subject of a verified certificate.
     *
     * @param commonName null if the subject has none, or several
     * @param distinguishedName in the form of RFC 2253
     */
    public record ClientCertificate(@Nullable String commonName, String distinguishedName) {}

    /** A client whose socket says {@code remote}. */
    public static Origin of(@Nullable SocketAddress remote, @Nullable UnixPeer unixPeer) {
        InetSocketAddress inet = remote instanceof InetSocketAddress tcp ? tcp : null;
        return new Origin(inet, unixPeer, null);
    }

    /** The same client, whose address a trusted proxy has told. */
    public Origin at(@Nullable InetSocketAddress real) {
        return new Origin(real, unixPeer, encryption);
    }

    /** The same client after its TLS handshake. */
    public Origin encrypted(Encryption by) {
        return new Origin(address, unixPeer, by);
    }

    public boolean isEncrypted() {
        return encryption != null;
    }

    /** As PostgreSQL's errors about access rules name it: an address, or {@code [local]}. */
    public String host() {
        return address == null ? "[local]" : address.getAddress().getHostAddress();
    }

    /** As logs show it: {@code host:port}, or {@code unix(pid)}. */
    public String shown() {
        InetSocketAddress inet = address;
        UnixPeer peer = unixPeer;
        if (inet != null) {
            return inet.getAddress().getHostAddress() + ':' + inet.getPort();
        }
        return peer == null || peer.pid() < 0 ? "unix" : "unix(" + peer.pid() + ')';
    }
}
