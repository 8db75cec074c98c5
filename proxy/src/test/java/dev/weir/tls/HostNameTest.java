package dev.weir.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostNameTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    db.example.com      |                           | db.example.com     | true
                    db.example.com      |                           | DB.Example.COM     | true
                    db.example.com      |                           | example.com        | false
                    *.example.com       |                           | db.example.com     | true
                    *.example.com       |                           | a.db.example.com   | false
                    *.example.com       |                           | example.com        | false
                    *.example.com       |                           | .example.com       | false
                    d*.example.com      |                           | db.example.com     | false
                    other               | dns:db.example.com        | db.example.com     | true
                    db.example.com      | dns:other                 | db.example.com     | false
                    other               | dns:a.test dns:b.test     | b.test             | true
                    other               | ip:192.0.2.1              | 192.0.2.1          | true
                    other               | ip:192.0.2.1              | 192.0.2.2          | false
                    other               | ip:2001:db8::1            | 2001:0db8:0:0::1   | true
                    192.0.2.1           |                           | 192.0.2.1          | true
                    192.0.2.1           | ip:192.0.2.9              | 192.0.2.1          | false
                    192.0.2.1           | dns:other                 | 192.0.2.1          | true
                    db.example.com      | ip:192.0.2.9              | db.example.com     | true
                    other               | dns:192.0.2.1             | 192.0.2.1          | true
                    """)
    void matchesAsLibpqDoes(String common, String names, String host, boolean expected)
            throws Exception {
        assertThat(HostName.matches(certificate(common, names), host)).isEqualTo(expected);
    }

    private static X509Certificate certificate(String common, String names) throws Exception {
        CertificateBuilder builder =
                new CertificateBuilder()
                        .subject("CN=" + common)
                        .setIsCertificateAuthority(true)
                        .algorithm(CertificateBuilder.Algorithm.ecp256);
        if (names != null) {
            for (String name : names.split(" ", 0)) {
                if (name.startsWith("dns:")) {
                    builder.addSanDnsName(name.substring(4));
                } else {
                    builder.addSanIpAddress(InetAddress.ofLiteral(name.substring(3)));
                }
            }
        }
        return builder.buildSelfSigned().getCertificate();
    }

    @ParameterizedTest
    @CsvSource({"O=Weir, ", "'CN=a+OU=b,O=Weir', a", "'O=Weir,CN=x y', x y"})
    void findsTheCommonName(String subject, String expected) throws Exception {
        X509Certificate certificate =
                new CertificateBuilder()
                        .subject(subject)
                        .setIsCertificateAuthority(true)
                        .algorithm(CertificateBuilder.Algorithm.ecp256)
                        .buildSelfSigned()
                        .getCertificate();
        assertThat(HostName.commonName(certificate)).isEqualTo(expected);
    }
}
