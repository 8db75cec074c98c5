package dev.weir.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.WireClient;
import dev.weir.support.LogLines;
import dev.weir.support.TestAuthority;
import dev.weir.support.TestAuthority.Issued;
import dev.weir.support.WeirFile;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Monitors of nodes that want TLS, and a certificate of who asks them. */
final class MonitorTlsIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir private static Path directory;
    private static TestAuthority authority;
    private static X509Bundle shown;
    private static Issued watcher;
    private static PgCluster cluster;

    @TempDir private Path files;

    @BeforeAll
    static void start() throws IOException {
        authority = TestAuthority.in(directory, "authority");
        Issued server = authority.server("server");
        shown = server.bundle();
        watcher = authority.client("watcher", "watcher");
        cluster =
                PgCluster.builder()
                        .replicas(1)
                        .tls(server.certificate(), server.key())
                        .hba("hostssl all watcher 127.0.0.1/32 cert")
                        .hba("host all postgres 127.0.0.1/32 trust")
                        .start();
        cluster.primary().execute("CREATE ROLE watcher LOGIN IN ROLE pg_monitor");
        cluster.awaitReplicas();
        for (PgNode node : cluster.nodes()) {
            trust(node);
        }
    }

    /** PostgreSQL reads the file as another user, so it gets a copy of its own. */
    private static void trust(PgNode node) throws IOException {
        Path copy = Files.copy(authority.file(), node.dataDirectory().resolve("ca.crt"));
        Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-r--r--"));
        node.setting("ssl_ca_file", "ca.crt");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private WeirFile weir(String... more) {
        return WeirFile.start(files, databases(), settings(more));
    }

    private static String databases() {
        return "app = dbname=postgres nodes="
                + cluster.nodes().stream()
                        .map(node -> "localhost:" + node.port())
                        .collect(Collectors.joining(","));
    }

    private String[] settings(String... more) {
        var lines = new ArrayList<String>(List.of(more));
        lines.add("monitor_user = watcher");
        lines.add("server_tls_sslmode = verify-full");
        lines.add("server_tls_ca_file = " + authority.file());
        return lines.toArray(String[]::new);
    }

    private static String[] ownCertificate() {
        return new String[] {
            "server_tls_cert_file = " + watcher.certificate(),
            "server_tls_key_file = " + watcher.key(),
            "server_tls_protocols = tlsv1.2",
            "server_tls_ciphers = ECDHE-ECDSA-AES256-GCM-SHA384"
        };
    }

    /** The states and errors of the nodes. */
    private static List<String> nodes(WeirFile weir) {
        try (WireClient console = weir.console()) {
            return console.query("SHOW NODES").stream()
                    .filter(message -> message.tag() == 'D')
                    .map(message -> String.join("|", message.row()))
                    .toList();
        }
    }

    private static void awaitAll(WeirFile weir, String text) {
        await().atMost(LIMIT)
                .untilAsserted(
                        () -> assertThat(nodes(weir)).hasSize(2).allMatch(n -> n.contains(text)));
    }

    private static String asked(PgNode node, String sql) {
        try (WireClient client = node.wire()) {
            client.login(PgNode.USER, "postgres");
            return String.valueOf(client.query(sql).get(1).row().getFirst());
        }
    }

    // --- the tests ----------------------------------------------------------------------------

    @Test
    void showTheirCertificateAndObeyVersionsAndSuites() {
        try (WeirFile weir = weir(ownCertificate())) {
            awaitAll(weir, "|up|");
            for (PgNode node : cluster.nodes()) {
                String sql =
                        "SELECT DISTINCT client_dn || ' ' || version || ' ' || cipher FROM"
                                + " pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE"
                                + " application_name = 'weir-monitor'";
                assertThat(asked(node, sql))
                        .isEqualTo("/CN=watcher TLSv1.2 ECDHE-ECDSA-AES256-GCM-SHA384");
            }
        }
    }

    @Test
    void withoutACertificateItIsTheServersWordThatIsShown() {
        try (WeirFile weir = weir()) {
            awaitAll(weir, "connection requires a valid client certificate");
        }
    }

    @Test
    void refuseARevokedServerFromReloadOn() {
        Path none = authority.revoke("none.crl");
        Path one = authority.revoke("one.crl", shown);
        try (WeirFile weir = weir(withList(none))) {
            awaitAll(weir, "|up|");
            weir.write(databases(), settings(withList(one)));
            try (WireClient console = weir.console()) {
                assertThat(console.query("RELOAD").getFirst().summary()).isEqualTo("C RELOAD");
            }
            awaitAll(weir, "SSL error: Certificate has been revoked");
        }
    }

    @Test
    void refuseOneThatAChangedFileRevokesAtTheirNextConnection() throws IOException {
        Path list = directory.resolve("changing.crl");
        Files.copy(authority.revoke("draft.crl"), list);
        try (WeirFile weir = weir(withList(list));
                LogLines log = LogLines.beginAt(Level.INFO)) {
            awaitAll(weir, "|up|");
            Files.move(authority.revoke("draft.crl", shown), list, StandardCopyOption.ATOMIC_MOVE);
            await().atMost(LIMIT)
                    .until(() -> log.all().contains("tls_files_changed side=server_tls"));
            assertThat(nodes(weir)).allMatch(node -> node.contains("|up|"));
            for (PgNode node : cluster.nodes()) {
                asked(
                        node,
                        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE"
                                + " application_name = 'weir-monitor'");
            }
            awaitAll(weir, "SSL error: Certificate has been revoked");
        }
    }

    private static String[] withList(Path list) {
        var lines = new ArrayList<String>(List.of(ownCertificate()));
        lines.add("server_tls_crl_file = " + list);
        return lines.toArray(String[]::new);
    }
}
