package dev.weir.support;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.function.UnaryOperator;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority of a test, and the files with what it has signed. */
public final class TestAuthority {
    private final Path directory;
    private final String name;
    private final X509Bundle root;

    private TestAuthority(Path directory, String name, X509Bundle root) {
        this.directory = directory;
        this.name = name;
        this.root = root;
    }

    /** The names of the files of one certificate and its key. */
    public record Issued(Path certificate, Path key, X509Bundle bundle) {}

    /** Makes an authority, whose files go to {@code directory}. */
    public static TestAuthority in(Path directory, String name) {
        return in(directory, name, Algorithm.ecp256);
    }

    /** Makes one whose signatures are by this algorithm; Ed25519 has no hash function. */
    public static TestAuthority in(Path directory, String name, Algorithm algorithm) {
        try {
            X509Bundle root =
                    new CertificateBuilder()
                            .subject("CN=" + name)
                            .setIsCertificateAuthority(true)
                            .algorithm(algorithm)
                            .buildSelfSigned();
            var authority = new TestAuthority(directory, name, root);
            write(authority.file(), root.getCertificatePEM());
            return authority;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** The file with its own certificate. */
    public Path file() {
        return directory.resolve(name + ".crt");
    }

    public X509Bundle root() {
        return root;
    }

    /** Signs a certificate for a server at 127.0.0.1 and localhost. */
    public Issued server(String file) {
        return issue(
                file,
                b ->
                        b.subject("CN=localhost")
                                .addSanDnsName("localhost")
                                .addSanIpAddress(InetAddress.getLoopbackAddress()));
    }

    /** Signs an EC certificate for a client. */
    public Issued client(String file, String commonName) {
        return issue(file, b -> b.subject("CN=" + commonName));
    }

    /** Signs a client's certificate that is not valid any more. */
    public Issued expired(String file, String commonName) {
        return issue(
                file,
                b ->
                        b.subject("CN=" + commonName)
                                .notAfter(Instant.now().minus(Duration.ofHours(1))));
    }

    /** Signs what the caller asks for; it is valid for a day unless the caller says otherwise. */
    public Issued issue(String file, UnaryOperator<CertificateBuilder> wish) {
        try {
            CertificateBuilder builder =
                    new CertificateBuilder()
                            .algorithm(Algorithm.ecp256)
                            .notBefore(Instant.now().minus(Duration.ofDays(1)))
                            .notAfter(Instant.now().plus(Duration.ofDays(1)));
            return write(directory, file, wish.apply(builder).buildIssuedBy(root));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Writes a revocation list of this authority. */
    public Path revoke(String file, X509Bundle... revoked) {
        try {
            var now = Instant.now();
            var list =
                    new X509v2CRLBuilder(
                            new X500Name(root.getCertificate().getSubjectX500Principal().getName()),
                            Date.from(now.minusSeconds(60)));
            list.setNextUpdate(Date.from(now.plus(Duration.ofDays(1))));
            for (X509Bundle one : revoked) {
                list.addCRLEntry(
                        one.getCertificate().getSerialNumber(),
                        Date.from(now),
                        CRLReason.keyCompromise);
            }
            byte[] crl =
                    list.build(
                                    new JcaContentSignerBuilder("SHA256withECDSA")
                                            .build(root.getKeyPair().getPrivate()))
                            .getEncoded();
            Path path = directory.resolve(file);
            write(
                    path,
                    "-----BEGIN X509 CRL-----\n"
                            + Base64.getMimeEncoder().encodeToString(crl)
                            + "\n-----END X509 CRL-----\n");
            return path;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Writes a certificate, those above it but for the root, and its key. */
    public static Issued write(Path directory, String file, X509Bundle bundle) {
        Path certificate = directory.resolve(file + ".crt");
        Path key = directory.resolve(file + ".key");
        write(certificate, bundle.getCertificatePathPEM());
        write(key, bundle.getPrivateKeyPEM());
        return new Issued(certificate, key, bundle);
    }

    /** Nobody but the owner may read a key, or PostgreSQL does not take it. */
    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
