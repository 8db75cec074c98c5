package dev.weir.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.pgkit.ServerError;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import dev.weir.support.TestAuthority;
import dev.weir.support.TestAuthority.Issued;
import dev.weir.tls.TlsClient;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The method cert, its maps, and clientcert beside another method. */
class CertificateIT {
    @TempDir private Path folder;
    private TestAuthority authority;
    private Issued server;
    private String mode = "verify-ca";

    @BeforeEach
    void authority() {
        authority = TestAuthority.in(folder, "authority");
        server = authority.server("server");
        LoginAttempt.write(folder.resolve("users"), "\"bob\" \"secret\"\n\"app\" \"secret\"\n");
        LoginAttempt.write(folder.resolve("ident"), "m /^(.*)@example\\.com$ \\1\n");
    }

    private Rig rig(String... settings) {
        String[] all = java.util.Arrays.copyOf(settings, settings.length + 5);
        int i = settings.length;
        all[i++] = "auth_file = " + folder.resolve("users");
        all[i++] = "client_tls_sslmode = " + mode;
        all[i++] = "client_tls_ca_file = " + authority.file();
        all[i++] = "client_tls_cert_file = " + server.certificate();
        all[i] = "client_tls_key_file = " + server.key();
        return Rig.with(LoginAttempt.entry("app"), all);
    }

    private String login(Rig rig, String commonName, String user, String password) {
        Issued mine = authority.client("mine", commonName);
        try (WireClient client = TlsClient.to(rig.port(), authority, mine).negotiated()) {
            client.login(user, "app", password);
            client.query("select 1");
            return LoginAttempt.IN;
        } catch (ServerError e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Test
    void theCommonNameIsTheUser() {
        try (Rig rig = rig("auth_type = cert")) {
            assertThat(login(rig, "bob", "bob", "")).isEqualTo(LoginAttempt.IN);
            assertThat(login(rig, "bob", "app", ""))
                    .contains("28000", "certificate authentication failed for user \"app\"");
            assertThat(login(rig, "Bob", "bob", "")).contains("certificate authentication failed");
            // It has the certificate, but nobody knows the user.
            assertThat(login(rig, "eve", "eve", ""))
                    .contains("28000", "certificate authentication failed for user \"eve\"");
            rig.awaitEmpty();
        }
    }

    @Test
    void aMapSaysWhoElseItMayBe() {
        Path hba = LoginAttempt.write(folder.resolve("hba"), "hostssl all all all cert map=m\n");
        try (Rig rig =
                rig(
                        "auth_type = hba",
                        "auth_hba_file = " + hba,
                        "auth_ident_file = " + folder.resolve("ident"))) {
            assertThat(login(rig, "bob@example.com", "bob", "")).isEqualTo(LoginAttempt.IN);
            assertThat(login(rig, "bob@example.com", "app", "")).contains("28000");
            assertThat(login(rig, "bob@example.community", "bob", "")).contains("28000");
            assertThat(login(rig, "bob", "bob", "")).contains("28000");
            rig.awaitEmpty();
        }
    }

    @Test
    void aRuleMayWantItBesideThePassword() {
        Path hba =
                LoginAttempt.write(
                        folder.resolve("hba"),
                        "hostssl all all all scram-sha-256 clientcert=verify-full\n");
        try (Rig rig = rig("auth_type = hba", "auth_hba_file = " + hba)) {
            assertThat(login(rig, "bob", "bob", "secret")).isEqualTo(LoginAttempt.IN);
            assertThat(login(rig, "bob", "bob", "wrong")).contains("28P01");
            assertThat(login(rig, "app", "bob", "secret"))
                    .contains("28000", "connection requires a valid client certificate");
            rig.awaitEmpty();
        }
    }

    /** As in PgBouncer: one installation has users with certificates and users with passwords. */
    @Test
    void rulesBelowVerifyCaWantItOfThoseToWhomTheyApply() {
        mode = "require";
        Path hba =
                LoginAttempt.write(
                        folder.resolve("hba"),
                        "host all bob all cert\nhostssl all all all scram-sha-256\n");
        try (Rig rig = rig("auth_type = hba", "auth_hba_file = " + hba)) {
            assertThat(login(rig, "bob", "bob", "")).isEqualTo(LoginAttempt.IN);
            assertThat(login(rig, "app", "bob", "")).contains("28000");
            assertThat(withoutCertificate(rig, "bob")).contains("28000", "certificate");
            assertThat(withoutCertificate(rig, "app")).isEqualTo(LoginAttempt.IN);
            rig.awaitEmpty();
        }
    }

    private String withoutCertificate(Rig rig, String user) {
        try (WireClient client = TlsClient.to(rig.port(), authority, null).negotiated()) {
            client.login(user, "app", "secret");
            return LoginAttempt.IN;
        } catch (ServerError e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** A certificate of another authority is as good as none. */
    @Test
    void aStrangersCertificateIsNone() {
        mode = "require";
        Path hba = LoginAttempt.write(folder.resolve("hba"), "hostssl all all all cert\n");
        Issued foreign = TestAuthority.in(folder, "stranger").client("theirs", "bob");
        try (Rig rig = rig("auth_type = hba", "auth_hba_file = " + hba);
                WireClient client = TlsClient.to(rig.port(), authority, foreign).negotiated()) {
            assertThatThrownBy(() -> client.login("bob", "app", "")).hasMessageContaining("28000");
            rig.awaitEmpty();
        }
    }

    @Test
    void aMapThatIsNotThereIsAMistake() {
        Path hba = LoginAttempt.write(folder.resolve("hba"), "hostssl all all all cert map=none\n");
        assertThatThrownBy(() -> rig("auth_type = hba", "auth_hba_file = " + hba))
                .hasRootCauseMessage(hba + ":1: map none: auth_ident_file has no line of it");
    }
}
