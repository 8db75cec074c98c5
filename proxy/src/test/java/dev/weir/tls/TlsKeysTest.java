package dev.weir.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import io.netty.pkitesting.CertificateBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys that are encrypted, towards servers: what the passphrase decides on. */
@NullMarked
final class TlsKeysTest {
    private static final String NOT_ITS_KEY = "is not the key of the certificate";

    private static String problem(Path folder, String... more) throws Exception {
        Path certificate = folder.resolve("own.crt");
        Files.writeString(
                certificate,
                new CertificateBuilder()
                        .subject("CN=own")
                        .setIsCertificateAuthority(true)
                        .buildSelfSigned()
                        .getCertificatePEM());
        Path key = Path.of("src/test/resources/tls/ec-sec1-aes.key").toAbsolutePath();
        List<String> lines =
                List.of(
                        "[pgbouncer]",
                        "server_tls_sslmode = require",
                        "server_tls_cert_file = " + certificate,
                        "server_tls_key_file = " + key,
                        String.join("\n", more),
                        "");
        Config config = Config.parse("weir.ini", String.join("\n", lines));
        return String.valueOf(
                catchThrowableOfType(ConfigException.class, () -> Tls.load(config)).getMessage());
    }

    /** One that is opened is then found to be another certificate's. */
    @Test
    void serverTlsKeyPassphraseOpensTheKey(@TempDir Path folder) throws Exception {
        assertThat(problem(folder, "server_tls_key_passphrase = open sesame"))
                .contains(NOT_ITS_KEY);
        assertThat(problem(folder, "server_tls_key_passphrase = close sesame"))
                .contains("server_tls_key")
                .doesNotContain(NOT_ITS_KEY);
        assertThat(problem(folder)).contains("server_tls_key").doesNotContain(NOT_ITS_KEY);
    }
}
