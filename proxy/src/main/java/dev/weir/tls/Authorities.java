package dev.weir.tls;

import dev.weir.config.TextFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The authorities that are trusted by libraries with TLS of their own, for LDAP and HTTP. */
public final class Authorities {
    private Authorities() {}

    /**
     * Trusts the authorities in a file, or, without one, those that the JVM trusts.
     *
     * @param file certificates in PEM form; may be empty
     * @throws IOException whose message names the file and the reason
     */
    public static SSLContext context(String file) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            TrustManagerFactory trust =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(file.isEmpty() ? null : authorities(Path.of(file)));
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException e) {
            throw new IOException("cannot read \"" + file + "\": " + TextFile.reason(e), e);
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot read \"" + file + "\": " + e.getMessage(), e);
        }
    }

    private static KeyStore authorities(Path file) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = new ByteArrayInputStream(TextFile.bytes(file, TextFile.BYTES_MAX))) {
            int count = 0;
            for (Certificate authority :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("ca" + count++, authority);
            }
            if (count == 0) {
                throw new IOException("there is no certificate in it (expected: PEM)");
            }
        }
        return store;
    }
}
