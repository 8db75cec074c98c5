package dev.weir.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullMarked
final class LdapConfTest {
    @TempDir private Path directory;

    @Test
    void readsWhatItSaysOfTls() {
        String text =
                """
                # TLS_CACERT /old.pem
                BASE dc=example,dc=com
                tls_cacert\t/etc/ssl/our authority.pem
                TLS_REQCERT never
                """;
        assertThat(LdapConf.parse(text))
                .isEqualTo(new LdapConf("/etc/ssl/our authority.pem", false));
        assertThat(LdapConf.parse("TLS_REQCERT demand\n")).isEqualTo(new LdapConf("", true));
    }

    @Test
    void variablesTakePrecedence() throws IOException {
        Path usual = Files.writeString(directory.resolve("usual"), "TLS_CACERT /a\n");
        Path other = Files.writeString(directory.resolve("other"), "TLS_CACERT /b\n");
        List<Path> all = List.of(directory.resolve("missing"), usual);
        assertThat(LdapConf.read(Map.of(), all).authorities()).isEqualTo("/a");
        assertThat(LdapConf.read(Map.of("LDAPCONF", other.toString()), all).authorities())
                .isEqualTo("/b");
        assertThat(LdapConf.read(Map.of("LDAPTLS_CACERT", "/c", "LDAPTLS_REQCERT", "allow"), all))
                .isEqualTo(new LdapConf("/c", false));
        assertThat(LdapConf.read(Map.of("LDAPCONF", "/nowhere"), all))
                .isEqualTo(new LdapConf("", true));
    }

    /** A file that is named but missing must not keep Weir from starting. */
    @Test
    void aMissingFileOfAuthoritiesLeavesThoseOfTheJvm() throws IOException {
        assertThat(LdapTls.ofSystem(new LdapConf("/nowhere/ca.pem", true))).isNotNull();
    }
}
