package dev.weir.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldif.LDIFException;
import com.unboundid.util.ssl.KeyStoreKeyManager;
import com.unboundid.util.ssl.SSLUtil;
import dev.weir.pgkit.Tools;
import dev.weir.support.LogLines;
import dev.weir.support.Rig;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The method ldap, against an LDAP server in this JVM. */
class LdapIT {
    private static final String PASSWORD = "Losungswort-88";
    private static final String MASTER = "Dienstwort-99";
    private static final String STORE = "changeit";

    @TempDir private static Path keys;

    @TempDir private Path folder;
    private InMemoryDirectoryServer server;

    @BeforeAll
    static void makeKeys() {
        keytool(
                "-genkeypair",
                "-alias",
                "ldap",
                "-keyalg",
                "EC",
                "-dname",
                "CN=127.0.0.1",
                "-ext",
                "san=ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-keystore",
                store().toString(),
                "-storepass",
                STORE);
        keytool(
                "-exportcert",
                "-rfc",
                "-alias",
                "ldap",
                "-keystore",
                store().toString(),
                "-storepass",
                STORE,
                "-file",
                ca().toString());
    }

    private static Path store() {
        return keys.resolve("ldap.p12");
    }

    @BeforeEach
    void start() throws LDAPException, LDIFException, GeneralSecurityException {
        var tls = new SSLUtil(new KeyStoreKeyManager(store().toFile(), STORE.toCharArray()), null);
        var config = new InMemoryDirectoryServerConfig("dc=example,dc=com");
        config.addAdditionalBindCredentials("cn=weir,dc=example,dc=com", MASTER);
        config.setAuthenticationRequiredOperationTypes(com.unboundid.ldap.sdk.OperationType.SEARCH);
        InetAddress here = InetAddress.getLoopbackAddress();
        config.setListenerConfigs(
                InMemoryListenerConfig.createLDAPConfig(
                        "ldap", here, 0, tls.createSSLSocketFactory()),
                InMemoryListenerConfig.createLDAPSConfig(
                        "ldaps", here, 0, tls.createSSLServerSocketFactory(), null));
        server = new InMemoryDirectoryServer(config);
        server.add("dn: dc=example,dc=com", "objectClass: domain", "dc: example");
        server.add(
                "dn: ou=people,dc=example,dc=com", "objectClass: organizationalUnit", "ou: people");
        person("bob", "people", PASSWORD);
        person("twin", "people", PASSWORD);
        server.add("dn: ou=more,dc=example,dc=com", "objectClass: organizationalUnit", "ou: more");
        person("twin", "more", PASSWORD);
        server.startListening();
    }

    private void person(String uid, String where, String password)
            throws LDAPException, LDIFException {
        server.add(
                "dn: uid=" + uid + ",ou=" + where + ",dc=example,dc=com",
                "objectClass: inetOrgPerson",
                "uid: " + uid,
                "cn: " + uid,
                "sn: " + uid,
                "mail: " + uid + "@example.com",
                "userPassword: " + password);
    }

    private static Path ca() {
        return keys.resolve("ca.pem");
    }

    private static void keytool(String... arguments) {
        var command = new java.util.ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        Tools.run(Duration.ofSeconds(30), command.toArray(String[]::new)).orThrow();
    }

    @AfterEach
    void stop() {
        server.shutDown(true);
    }

    private int port(String listener) {
        return server.getListenPort(listener);
    }

    private Rig rig(String rules) {
        Path hba = LoginAttempt.write(folder.resolve("hba"), rules);
        return Rig.with(
                LoginAttempt.entry("app"),
                "auth_type = hba",
                "auth_hba_file = " + hba,
                "auth_ldap_ca_file = " + ca());
    }

    private void judges(Rig rig) {
        String refused = "LDAP authentication failed for user ";
        assertThat(LoginAttempt.tcp(rig, "bob", "app", PASSWORD)).isEqualTo(LoginAttempt.IN);
        assertThat(LoginAttempt.tcp(rig, "bob", "app", "wrong"))
                .contains("28000", refused + "\"bob\"");
        assertThat(LoginAttempt.tcp(rig, "eve", "app", PASSWORD))
                .contains("28000", refused + "\"eve\"");
        // A bind without a password succeeds: as nobody.
        assertThat(LoginAttempt.tcp(rig, "bob", "app", "")).contains("28P01", "empty password");
        // Nobody writes a part of the name or the filter.
        assertThat(LoginAttempt.tcp(rig, "bob)(uid=*", "app", PASSWORD)).contains(refused);
        assertThat(LoginAttempt.tcp(rig, "*", "app", PASSWORD)).contains(refused);
        assertThat(LoginAttempt.tcp(rig, "bob,ou=people", "app", PASSWORD)).contains(refused);
        rig.awaitEmpty();
    }

    @Test
    void bindsAsTheUser() {
        try (LogLines lines = LogLines.beginAt(Level.TRACE);
                Rig rig =
                        rig(
                                "host all all all ldap ldapserver=127.0.0.1 ldapport=%d ldapprefix=\"uid=\" ldapsuffix=\",ou=people,dc=example,dc=com\""
                                        .formatted(port("ldap")))) {
            judges(rig);
            assertThat(lines.all()).noneMatch(line -> line.contains(PASSWORD));
        }
    }

    @Test
    void searchesAndBinds() {
        try (LogLines lines = LogLines.beginAt(Level.TRACE);
                Rig rig =
                        rig(
                                "host all all all ldap ldapserver=127.0.0.1:%d ldapbasedn=\"dc=example,dc=com\" ldapbinddn=\"cn=weir,dc=example,dc=com\" ldapbindpasswd=%s ldapsearchfilter=\"(|(uid=$username)(mail=$username))\""
                                        .formatted(port("ldap"), MASTER))) {
            judges(rig);
            assertThat(LoginAttempt.tcp(rig, "bob@example.com", "app", PASSWORD))
                    .isEqualTo(LoginAttempt.IN);
            assertThat(LoginAttempt.tcp(rig, "twin", "app", PASSWORD))
                    .contains("LDAP authentication");
            assertThat(lines.all()).noneMatch(line -> line.contains(PASSWORD));
            assertThat(lines.all()).noneMatch(line -> line.contains(MASTER));
        }
    }

    @Test
    void speaksTls() {
        String how =
                "ldapbasedn=\"ou=people,dc=example,dc=com\""
                        + " ldapbinddn=\"cn=weir,dc=example,dc=com\" ldapbindpasswd="
                        + MASTER;
        for (String server :
                List.of(
                        "ldapscheme=ldaps ldapserver=127.0.0.1 ldapport=" + port("ldaps"),
                        "ldaptls=1 ldapserver=127.0.0.1 ldapport=" + port("ldap"))) {
            try (Rig rig = rig("host all all all ldap " + server + " " + how)) {
                judges(rig);
            }
        }
    }

    /** Who is not who it should be does not see a password. */
    @Test
    void trustsNoStranger() {
        String how =
                "ldapscheme=ldaps ldapserver=localhost ldapport=%d ldapprefix=\"uid=\" ldapsuffix=\",ou=people,dc=example,dc=com\""
                        .formatted(port("ldaps"));
        try (LogLines lines = LogLines.beginAt(Level.TRACE);
                Rig rig = rig("host all all all ldap " + how)) {
            // Its certificate is for 127.0.0.1 only.
            assertThat(LoginAttempt.tcp(rig, "bob", "app", PASSWORD))
                    .contains("LDAP authentication");
            assertThat(lines.all()).anyMatch(line -> line.contains("ldap_unavailable"));
            assertThat(lines.all()).noneMatch(line -> line.contains(PASSWORD));
        }
    }

    @Test
    void asksTheNextServerAndOutlivesThemAll() {
        String rule =
                "host all all all ldap ldapserver=\"127.0.0.1:1 127.0.0.1:%d\" ldapprefix=\"uid=\" ldapsuffix=\",ou=people,dc=example,dc=com\""
                        .formatted(port("ldap"));
        try (Rig rig = rig(rule)) {
            assertThat(LoginAttempt.tcp(rig, "bob", "app", PASSWORD)).isEqualTo(LoginAttempt.IN);
            server.shutDown(true);
            assertThat(LoginAttempt.tcp(rig, "bob", "app", PASSWORD))
                    .contains("LDAP authentication");
            rig.awaitEmpty();
        }
    }

    /** auth_type = ldap, whose options are a setting. */
    @Test
    void isAnAuthTypeAsWell() {
        String options =
                "ldapserver=127.0.0.1 ldapport=%d ldapprefix=\"uid=\" ldapsuffix=\",ou=people,dc=example,dc=com\""
                        .formatted(port("ldap"));
        try (Rig rig =
                Rig.with(
                        LoginAttempt.entry("app"),
                        "auth_type = ldap",
                        "auth_ldap_options = " + options)) {
            judges(rig);
        }
        assertThatThrownBy(() -> Rig.with(LoginAttempt.entry("app"), "auth_type = ldap"))
                .hasRootCauseMessage(
                        "test.ini: auth_ldap_options: ldap: no server (expected: ldapserver or"
                            + " ldapurl)\n"
                            + "test.ini: auth_ldap_options: ldap: one of ldapbasedn, ldapprefix and"
                            + " ldapsuffix is needed");
    }
}
