package dev.weir.tls;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Which certificates of a peer are trusted: those that an authority has signed and not revoked,
 * with the host's name if that is required; or all.
 */
final class Trust extends X509ExtendedTrustManager {
    private final @Nullable X509TrustManager authorities;
    private final boolean byName;
    private final boolean insists;

    private Trust(@Nullable X509TrustManager authorities, boolean byName, boolean insists) {
        this.authorities = authorities;
        this.byName = byName;
        this.insists = insists;
    }

    /** Trusts every certificate. */
    static Trust any() {
        return new Trust(null, false, false);
    }

    /** The same authorities, but without failing the handshake: see {@link #isVerified}. */
    Trust lenient() {
        return new Trust(authorities, byName, false);
    }

    /**
     * Trusts certificates that were signed by the authorities in a file.
     *
     * @param caFile empty for the authorities that the platform trusts
     * @param crlFile revocation lists, one for each authority; empty for none
     * @param byName whether the certificate must have been issued for the requested host
     */
    static Trust of(String caFile, String crlFile, boolean byName) throws InvalidTls {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            if (caFile.isEmpty() && crlFile.isEmpty()) {
                factory.init((KeyStore) null);
            } else {
                List<X509CRL> revoked =
                        crlFile.isEmpty() ? List.of() : CertificateFile.revoked(crlFile);
                factory.init(new CertPathTrustManagerParameters(rules(anchors(caFile), revoked)));
            }
            return new Trust(manager(factory), byName, true);
        } catch (GeneralSecurityException e) {
            throw new InvalidTls("certificate authorities: " + e.getMessage());
        }
    }

    private static X509TrustManager manager(TrustManagerFactory factory) throws InvalidTls {
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager found) {
                return found;
            }
        }
        throw new InvalidTls("no trust manager for X.509 in this Java");
    }

    private static Set<TrustAnchor> anchors(String caFile)
            throws InvalidTls, GeneralSecurityException {
        var anchors = new HashSet<TrustAnchor>();
        if (caFile.isEmpty()) {
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init((KeyStore) null);
            for (X509Certificate issuer : manager(factory).getAcceptedIssuers()) {
                anchors.add(new TrustAnchor(issuer, null));
            }
        } else {
            for (X509Certificate certificate : CertificateFile.read(caFile)) {
                anchors.add(new TrustAnchor(certificate, null));
            }
        }
        return anchors;
    }

    /**
     * As OpenSSL with CRL_CHECK_ALL: an authority without a list is not trusted, and no list is
     * fetched.
     */
    private static PKIXBuilderParameters rules(Set<TrustAnchor> anchors, List<X509CRL> revoked)
            throws GeneralSecurityException {
        var rules = new PKIXBuilderParameters(anchors, new X509CertSelector());
        rules.setRevocationEnabled(false);
        if (!revoked.isEmpty()) {
            rules.addCertStore(
                    CertStore.getInstance(
                            "Collection", new CollectionCertStoreParameters(revoked)));
            var checker =
                    (PKIXRevocationChecker)
                            CertPathBuilder.getInstance("PKIX").getRevocationChecker();
            checker.setOptions(
                    EnumSet.of(
                            PKIXRevocationChecker.Option.PREFER_CRLS,
                            PKIXRevocationChecker.Option.NO_FALLBACK));
            rules.addCertPathChecker(checker);
        }
        return rules;
    }

    boolean hasAuthorities() {
        return authorities != null;
    }

    /** Whether the authorities confirm a client that presents this chain. */
    boolean isVerified(X509Certificate[] chain) {
        X509TrustManager judge = authorities;
        if (judge == null || chain.length == 0) {
            return false;
        }
        try {
            judge.checkClientTrusted(chain, "UNKNOWN");
            return true;
        } catch (CertificateException _) {
            return false;
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        if (insists && authorities != null) {
            authorities.checkClientTrusted(chain, authType);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {
        throw new UnsupportedOperationException("a client on a socket without an engine");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        if (insists && authorities != null) {
            authorities.checkServerTrusted(chain, authType);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkServerTrusted(chain, authType);
        checkName(chain[0], engine.getPeerHost());
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkServerTrusted(chain, authType);
        checkName(chain[0], ((SSLSocket) socket).getHandshakeSession().getPeerHost());
    }

    private void checkName(X509Certificate certificate, String host) throws CertificateException {
        if (byName && !HostName.matches(certificate, host)) {
            throw new CertificateException(
                    "server certificate for \""
                            + HostName.commonName(certificate)
                            + "\" does not match host name \""
                            + host
                            + '"');
        }
    }

    /** The authorities named to a client when it is asked for a certificate. */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return authorities == null ? new X509Certificate[0] : authorities.getAcceptedIssuers();
    }
}
