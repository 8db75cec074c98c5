package dev.weir.tls;

import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.TestAuthority;
import dev.weir.support.TestAuthority.Issued;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** How a raw client comes in by TLS. */
public final class TlsClient {
    private final int port;
    private final SSLContext context;
    private final SSLParameters parameters = new SSLParameters();

    private TlsClient(int port, SSLContext context) {
        this.port = port;
        this.context = context;
    }

    /**
     * A client that has not connected yet.
     *
     * @param authority the only one it trusts
     * @param shown its own certificate; null for none
     */
    public static TlsClient to(int port, TestAuthority authority, @Nullable Issued shown) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    shown == null
                            ? new KeyManager[0]
                            : shown.bundle().toKeyManagerFactory().getKeyManagers(),
                    new TrustManager[] {authority.root().toTrustManager()},
                    new SecureRandom());
            return new TlsClient(port, context);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Names a host in its handshake. */
    public TlsClient naming(String host) {
        parameters.setServerNames(List.of(new SNIHostName(host)));
        return this;
    }

    /** Speaks only this version of TLS. */
    public TlsClient speaking(String version) {
        parameters.setProtocols(new String[] {version});
        return this;
    }

    /** Offers only this curve, or group. */
    public TlsClient agreeingOn(String group) {
        parameters.setNamedGroups(new String[] {group});
        return this;
    }

    /** Asks by SSLRequest, as clients have always done. */
    public WireClient negotiated() {
        try {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.getOutputStream().write(Wire.sslRequest());
            int answer = socket.getInputStream().read();
            if (answer != 'S') {
                throw new IOException("answer to SSLRequest: " + answer);
            }
            return shaken(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Begins with TLS; {@code protocol} goes into ALPN unless it is empty. */
    public WireClient direct(String protocol) {
        try {
            if (!protocol.isEmpty()) {
                parameters.setApplicationProtocols(new String[] {protocol});
            }
            return shaken(new Socket(InetAddress.getLoopbackAddress(), port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private WireClient shaken(Socket socket) throws IOException {
        var tls =
                (SSLSocket)
                        context.getSocketFactory().createSocket(socket, "localhost", port, true);
        tls.setSoTimeout((int) WireClient.TIMEOUT.toMillis());
        tls.setSSLParameters(parameters);
        tls.startHandshake();
        return WireClient.over(tls);
    }
}
