package dev.weir.tls;

import dev.weir.config.SslMode;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * The contents of the files of one side, read and checked.
 *
 * @param chain the own certificate, followed by those that signed it; empty for none
 * @param key the own certificate's
 * @param trust which certificates of peers are trusted
 * @param groups the curves to offer, by Java's names; empty for the library's defaults
 */
record TlsMaterial(
        List<X509Certificate> chain, @Nullable PrivateKey key, Trust trust, List<String> groups) {

    static TlsMaterial read(TlsSide side) throws InvalidTls {
        String certFile = side.certFile();
        List<X509Certificate> chain = List.of();
        PrivateKey key = null;
        if (certFile.isEmpty() != side.keyFile().isEmpty()) {
            throw new InvalidTls(
                    side.setting("_cert_file")
                            + " and "
                            + side.setting("_key_file")
                            + ": one of them is missing (expected: both)");
        }
        if (!certFile.isEmpty()) {
            chain = named(side, "_cert_file", () -> CertificateFile.read(certFile));
            key =
                    named(
                            side,
                            "_key_file",
                            () -> PrivateKeyFile.read(side.keyFile(), side.passphrase()));
            if (!CertificateFile.belong(chain.getFirst(), key)) {
                throw new InvalidTls(
                        side.setting("_key_file")
                                + ": \""
                                + side.keyFile()
                                + "\" is not the key of the certificate in \""
                                + certFile
                                + '"');
            }
        }
        return new TlsMaterial(chain, key, trust(side), groups(side));
    }

    private static Trust trust(TlsSide side) throws InvalidTls {
        boolean asked = !side.caFile().isEmpty() || !side.crlFile().isEmpty();
        if (!side.verifies() && !(asked && side.isTowardsClients())) {
            return Trust.any();
        }
        if (side.isTowardsClients() && side.caFile().isEmpty()) {
            throw new InvalidTls(
                    side.setting("_ca_file")
                            + ": missing (expected: the authorities that may vouch for clients)");
        }
        boolean byName = side.mode() == SslMode.VERIFY_FULL && !side.isTowardsClients();
        return named(side, "_ca_file", () -> Trust.of(side.caFile(), side.crlFile(), byName));
    }

    private static List<String> groups(TlsSide side) throws InvalidTls {
        String text = side.curve().toLowerCase(Locale.ROOT);
        if (text.equals("auto") || text.equals("none") || text.isEmpty()) {
            return List.of();
        }
        var groups = new ArrayList<String>();
        for (String curve : text.split("[:, ]+", 0)) {
            groups.add(
                    switch (curve) {
                        case "prime256v1", "p-256", "secp256r1" -> "secp256r1";
                        case "p-384", "secp384r1" -> "secp384r1";
                        case "p-521", "secp521r1" -> "secp521r1";
                        case "x25519" -> "x25519";
                        default ->
                                throw new InvalidTls(
                                        side.setting("_ecdhcurve")
                                                + ": \""
                                                + curve
                                                + "\" (expected: auto, none, prime256v1, secp384r1,"
                                                + " secp521r1 or X25519)");
                    });
        }
        return List.copyOf(groups);
    }

    private interface Reading<T> {
        T read() throws InvalidTls;
    }

    /** Puts the name of the setting in front of the error. */
    private static <T> T named(TlsSide side, String suffix, Reading<T> reading) throws InvalidTls {
        try {
            return reading.read();
        } catch (InvalidTls e) {
            throw new InvalidTls(side.setting(suffix) + ": " + e.getMessage());
        }
    }

    X509Certificate[] chainArray() {
        return chain.toArray(X509Certificate[]::new);
    }

    /** What presents the own certificate on Java's sockets; null for none. */
    KeyManager @Nullable [] keyManagers() throws GeneralSecurityException, IOException {
        if (key == null) {
            return null;
        }
        char[] none = {};
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, none);
        store.setKeyEntry("own", key, none, chainArray());
        KeyManagerFactory factory =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, none);
        return factory.getKeyManagers();
    }

    /** Leaves out the key. */
    @Override
    public String toString() {
        return "TlsMaterial[" + chain.size() + " certificates]";
    }
}
