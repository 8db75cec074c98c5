package dev.weir.cluster;

import dev.weir.tls.TlsContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.ssl.SSLSocketFactory;

/**
 * The socket factory for the TLS connections of monitors. pgjdbc creates the factory itself, so the
 * connecting thread passes the current TLS context to it in a scoped value.
 */
public final class MonitorSockets extends SSLSocketFactory {
    /** The TLS context of the connection that is being made. */
    static final ScopedValue<TlsContext> TLS = ScopedValue.newInstance();

    @Override
    public Socket createSocket(Socket below, String host, int port, boolean closesBelow)
            throws IOException {
        return TLS.get().socket(below, host, port);
    }

    @Override
    public Socket createSocket(String host, int port) {
        throw unasked();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress from, int fromPort) {
        throw unasked();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
        throw unasked();
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort) {
        throw unasked();
    }

    @Override
    public String[] getDefaultCipherSuites() {
        throw unasked();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        throw unasked();
    }

    private static UnsupportedOperationException unasked() {
        return new UnsupportedOperationException("SSLRequest comes first");
    }
}
