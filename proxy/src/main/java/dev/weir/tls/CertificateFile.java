package dev.weir.tls;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** Reads files of certificates and of certificate revocation lists. */
final class CertificateFile {
    private CertificateFile() {}

    /** Reads the certificates of a file, in order; at least one. */
    static List<X509Certificate> read(String name) throws InvalidTls {
        PemFile file = PemFile.read(name);
        var certificates = new ArrayList<X509Certificate>();
        for (byte[] content : file.contents("CERTIFICATE")) {
            certificates.add(certificate(file, certificates.size() + 1, content));
        }
        if (certificates.isEmpty()) {
            throw new InvalidTls(file + ": no certificate (expected: a PEM block CERTIFICATE)");
        }
        return List.copyOf(certificates);
    }

    private static X509Certificate certificate(PemFile file, int ordinal, byte[] content)
            throws InvalidTls {
        try {
            var in = new ByteArrayInputStream(content);
            return (X509Certificate) x509().generateCertificate(in);
        } catch (CertificateException e) {
            throw new InvalidTls(
                    file + ": certificate " + ordinal + " is broken: " + e.getMessage());
        }
    }

    /** Reads the revocation lists of a file; at least one. */
    static List<X509CRL> revoked(String name) throws InvalidTls {
        PemFile file = PemFile.read(name);
        var lists = new ArrayList<X509CRL>();
        try {
            for (byte[] content : file.contents("X509 CRL")) {
                lists.add((X509CRL) x509().generateCRL(new ByteArrayInputStream(content)));
            }
        } catch (CRLException | CertificateException e) {
            throw new InvalidTls(file + ": broken revocation list: " + e.getMessage());
        }
        if (lists.isEmpty()) {
            throw new InvalidTls(file + ": no revocation list (expected: a PEM block X509 CRL)");
        }
        return List.copyOf(lists);
    }

    private static CertificateFactory x509() throws CertificateException {
        return CertificateFactory.getInstance("X.509");
    }

    /** Whether {@code key} is the private key of {@code certificate}. */
    static boolean belong(X509Certificate certificate, PrivateKey key) {
        PublicKey half = certificate.getPublicKey();
        String algorithm =
                switch (key.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    case "EdDSA", "Ed25519", "Ed448" -> "EdDSA";
                    default -> "";
                };
        if (algorithm.isEmpty()) {
            return true; // the first handshake will show
        }
        byte[] text = {1, 2, 3};
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(text);
            byte[] signed = signature.sign();
            signature.initVerify(half);
            signature.update(text);
            return signature.verify(signed);
        } catch (GeneralSecurityException _) {
            return false;
        }
    }
}
