package dev.weir.tls;

import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.security.spec.PSSParameterSpec;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The channel binding {@code tls-server-end-point} (RFC 5929, section 4.1): the hash of the
 * server's certificate, computed with the hash function of its signature, or with SHA-256 in place
 * of MD5 and SHA-1.
 */
final class EndPoint {
    private EndPoint() {}

    /** Returns the hash; null for a signature without a hash function, such as Ed25519. */
    static byte @Nullable [] of(X509Certificate certificate) {
        String algorithm = hash(certificate);
        if (algorithm == null) {
            return null;
        }
        try {
            return MessageDigest.getInstance(algorithm).digest(certificate.getEncoded());
        } catch (GeneralSecurityException _) {
            return null;
        }
    }

    private static @Nullable String hash(X509Certificate certificate) {
        String signature = certificate.getSigAlgName().toUpperCase(Locale.ROOT);
        int with = signature.indexOf("WITH");
        String hash = with > 0 ? signature.substring(0, with) : pssHash(certificate);
        return switch (hash) {
            case null -> null;
            case "MD5", "SHA1", "SHA-1" -> "SHA-256";
            case "SHA224", "SHA256", "SHA384", "SHA512" -> "SHA-" + hash.substring(3);
            case "SHA-224", "SHA-256", "SHA-384", "SHA-512" -> hash;
            default -> null;
        };
    }

    /** The hash function of RSASSA-PSS is one of its parameters. */
    private static @Nullable String pssHash(X509Certificate certificate) {
        byte[] encoded = certificate.getSigAlgParams();
        if (encoded == null || !certificate.getSigAlgName().equals("RSASSA-PSS")) {
            return null;
        }
        try {
            var parameters = AlgorithmParameters.getInstance("RSASSA-PSS");
            parameters.init(encoded);
            return parameters.getParameterSpec(PSSParameterSpec.class).getDigestAlgorithm();
        } catch (GeneralSecurityException | IOException _) {
            return null;
        }
    }
}
