package dev.weir.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndPointTest {
    private static X509Certificate certificate(Algorithm algorithm) throws Exception {
        return new CertificateBuilder()
                .subject("CN=a")
                .setIsCertificateAuthority(true)
                .algorithm(algorithm)
                .buildSelfSigned()
                .getCertificate();
    }

    @ParameterizedTest
    @CsvSource({"rsa2048, SHA-256", "ecp256, SHA-256", "ecp384, SHA-384"})
    void hashesAsTheSignatureDoes(Algorithm algorithm, String hash) throws Exception {
        X509Certificate certificate = certificate(algorithm);
        assertThat(EndPoint.of(certificate))
                .isEqualTo(MessageDigest.getInstance(hash).digest(certificate.getEncoded()));
    }

    @Test
    void hasNoneForASignatureWithoutAHashFunction() throws Exception {
        assertThat(EndPoint.of(certificate(Algorithm.ed25519))).isNull();
    }
}
