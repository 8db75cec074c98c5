package dev.weir.bench.soak;

import dev.weir.pgkit.WireClient;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** Clients that use TLS and trust any certificate, since it changes all the time. */
final class Encrypted {
    private static final int SSL_REQUEST = 80_877_103;

    private Encrypted() {}

    /** Trusts everybody. */
    private static final class Anybody implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    /** Connects, asks for TLS, and shakes hands. */
    @SuppressWarnings("AddressSelection") // the address is a literal
    static WireClient connect(int port) throws IOException {
        var plain = new Socket("127.0.0.1", port);
        try {
            plain.setSoTimeout((int) WireClient.TIMEOUT.toMillis());
            plain.getOutputStream()
                    .write(ByteBuffer.allocate(8).putInt(8).putInt(SSL_REQUEST).array());
            if (plain.getInputStream().read() != 'S') {
                throw new IOException("no TLS");
            }
            var context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Anybody()}, null);
            var encrypted =
                    (SSLSocket)
                            context.getSocketFactory().createSocket(plain, "localhost", port, true);
            encrypted.startHandshake();
            return WireClient.over(encrypted);
        } catch (GeneralSecurityException e) {
            plain.close();
            throw new IOException(e);
        } catch (IOException e) {
            plain.close();
            throw e;
        }
    }
}
