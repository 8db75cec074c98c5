package dev.weir.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** No setting that names a file can make Weir read a device, which has no end. */
@NullMarked
@Timeout(20)
final class DeviceFilesTest {
    @TempDir private Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    %include /dev/zero                       |
                    auth_file = /dev/zero                    | auth_type = md5
                    auth_hba_file = /dev/zero                | auth_type = hba
                    auth_ident_file = /dev/zero              | auth_type = hba
                    server_tls_key_file = /dev/zero          | server_tls_cert_file = /dev/zero
                    server_tls_ca_file = /dev/zero           | server_tls_sslmode = verify-ca
                    server_tls_crl_file = /dev/zero          | server_tls_sslmode = verify-ca
                    """)
    void isRefused(String setting, String with) throws IOException, InterruptedException {
        Path rules = Files.writeString(directory.resolve("hba"), "host all all all trust map=m\n");
        Path users = Files.writeString(directory.resolve("users"), "\"bob\" \"secret\"\n");
        Path file = directory.resolve("weir.ini");
        String own = setting.substring(0, setting.indexOf(' '));
        var text =
                new StringBuilder("[databases]\napp = host=db1\n[pgbouncer]\nlisten_addr = ::1\n");
        if (!own.equals("auth_file")) {
            text.append("auth_file = ").append(users).append('\n');
        }
        if (own.equals("auth_ident_file")) {
            text.append("auth_hba_file = ").append(rules).append('\n');
        }
        text.append(with == null ? "" : with).append('\n').append(setting).append('\n');
        Files.writeString(file, text);
        Result result = Check.run(file, false);
        assertThat(result.findings().toString())
                .contains("cannot read \"/dev/zero\": not a regular file");
        assertThat(result.isGood()).isFalse();
    }
}
