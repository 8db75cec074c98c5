package dev.weir.cluster;

import dev.weir.tls.TlsContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.ssl.SSLSocketFactory;

/**
 * The TLS of monitors, as pgjdbc wants it: a class that it makes itself, so what holds now is told
 * by the thread that connects.
 */
public final class MonitorSockets extends SSLSocketFactory {
    /** What a monitor's connection is made with. */
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
