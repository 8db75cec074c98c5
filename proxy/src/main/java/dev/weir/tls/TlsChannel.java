package dev.weir.tls;

import dev.weir.net.Origin;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Locale;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** The TLS of one connection, once its handshake is over. Used on the connection's loop. */
public final class TlsChannel {
    private final SslHandler handler;

    private TlsChannel(SslHandler handler) {
        this.handler = handler;
    }

    /** The TLS of a handler whose handshake has succeeded. */
    public static TlsChannel of(SslHandler handler) {
        return new TlsChannel(handler);
    }

    /** Returns the TLS of a channel; null if it has none. */
    public static @Nullable TlsChannel of(Channel channel) {
        SslHandler handler = channel.pipeline().get(SslHandler.class);
        return handler == null ? null : new TlsChannel(handler);
    }

    /** Why a handshake failed, in one line: that of the innermost cause. */
    public static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String text = cause.getMessage();
        return (text == null ? cause.getClass().getSimpleName() : text).replaceAll("\\s+", " ");
    }

    /** What the console's column {@code tls} shows for a channel; empty without TLS. */
    public static String shown(Channel channel) {
        TlsChannel tls = of(channel);
        return tls == null ? "" : tls.encryption(false).shown();
    }

    /**
     * What logs and access rules need to know.
     *
     * @param verified whether the peer's certificate was verified
     */
    public Origin.Encryption encryption(boolean verified) {
        SSLSession session = session();
        return new Origin.Encryption(
                session.getProtocol(),
                CipherSuite.shown(session.getCipherSuite()),
                verified ? HostName.subject(peerChain()[0]) : null);
    }

    /** The host that the client wanted to reach (SNI), in lower case; null if it named none. */
    public @Nullable String serverName() {
        if (session() instanceof ExtendedSSLSession session) {
            for (SNIServerName name : session.getRequestedServerNames()) {
                if (name instanceof SNIHostName host) {
                    return host.getAsciiName().toLowerCase(Locale.ROOT);
                }
            }
        }
        return null;
    }

    /** Whether the peer asked for PostgreSQL's protocol in ALPN. */
    public boolean speaksPostgres() {
        return TlsContext.ALPN.equals(handler.applicationProtocol());
    }

    /** The certificates that the peer presented, its own first; empty if there were none. */
    public X509Certificate[] peerChain() {
        try {
            Certificate[] shown = session().getPeerCertificates();
            var chain = new X509Certificate[shown.length];
            for (int i = 0; i < shown.length; i++) {
                chain[i] = (X509Certificate) shown[i];
            }
            return chain;
        } catch (SSLPeerUnverifiedException _) {
            return new X509Certificate[0];
        }
    }

    /** What SCRAM is bound to, see {@link EndPoint}; null if it cannot be bound. */
    public byte @Nullable [] peerEndPoint() {
        X509Certificate[] chain = peerChain();
        return chain.length == 0 ? null : EndPoint.of(chain[0]);
    }

    private SSLSession session() {
        return handler.engine().getSession();
    }
}
