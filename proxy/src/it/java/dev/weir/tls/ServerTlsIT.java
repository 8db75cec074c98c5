package dev.weir.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.SharedPostgres;
import dev.weir.support.TestAuthority;
import dev.weir.support.TestAuthority.Issued;
import dev.weir.support.WeirFile;
import io.netty.handler.ssl.OpenSsl;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS towards servers: which certificates are taken, and who may be in between. */
class ServerTlsIT {
    @TempDir private static Path directory;

    private static TestAuthority authority;
    private static TestAuthority stranger;
    private static PgCluster postgres;
    private static final Map<String, X509Bundle> certificates = new LinkedHashMap<>();

    @TempDir private Path files;

    @BeforeAll
    static void start() {
        assertThat(OpenSsl.isAvailable()).isTrue();
        authority = TestAuthority.in(directory, "authority");
        stranger = TestAuthority.in(directory, "stranger");
        Issued good = authority.server("good");
        certificates.put("good", good.bundle());
        certificates.put(
                "wrong host", authority.issue("host", b -> b.subject("CN=other")).bundle());
        certificates.put("wrong CA", stranger.server("stranger-server").bundle());
        certificates.put("self-signed", stranger.root());
        certificates.put(
                "expired",
                authority
                        .issue(
                                "expired",
                                b ->
                                        b.subject("CN=localhost")
                                                .addSanDnsName("localhost")
                                                .notAfter(Instant.now().minus(Duration.ofHours(1))))
                        .bundle());
        certificates.put("revoked", authority.server("revoked").bundle());
        authority.revoke("authority.crl", certificate("revoked"));
        postgres =
                PgCluster.builder()
                        .tls(good.certificate(), good.key())
                        .hba("hostssl all certified 127.0.0.1/32 cert")
                        .hba("hostssl all scram 127.0.0.1/32 scram-sha-256")
                        .hba("hostssl all plain 127.0.0.1/32 password")
                        .hba("hostnossl all unencrypted 127.0.0.1/32 trust")
                        .hba("host all postgres 127.0.0.1/32 trust")
                        .start();
        trust(authority);
        for (String user : new String[] {"certified", "scram", "plain", "unencrypted"}) {
            postgres.primary().execute("create role " + user + " login password 'sesame'");
        }
    }

    /** PostgreSQL reads the file as another user, so it gets a copy of its own. */
    private static void trust(TestAuthority who) {
        try {
            Path copy = postgres.primary().dataDirectory().resolve("ca.crt");
            Files.copy(who.file(), copy);
            Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-r--r--"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        postgres.primary().setting("ssl_ca_file", "ca.crt");
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    private static X509Bundle certificate(String kind) {
        return Objects.requireNonNull(certificates.get(kind), kind);
    }

    private WeirFile weir(String provider, String host, int port, String... more) {
        var lines = new ArrayList<String>();
        lines.add("tls_provider = " + provider);
        lines.add("server_tls_ca_file = " + authority.file());
        lines.add("server_login_retry = 0");
        lines.addAll(List.of(more));
        return WeirFile.start(
                files,
                "postgres = host=" + host + " port=" + port + " password=sesame",
                lines.toArray(String[]::new));
    }

    private static String usedTls(WireClient client) {
        List<Message> answer =
                client.query(
                        "select version || '/' || cipher from pg_stat_ssl"
                                + " where pid = pg_backend_pid()");
        return String.valueOf(answer.get(1).row().getFirst());
    }

    // --- certificates -------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    good        | disable     | plain
                    good        | allow       | yes
                    good        | prefer      | yes
                    good        | require     | yes
                    good        | verify-ca   | yes
                    good        | verify-full | yes
                    wrong host  | require     | yes
                    wrong host  | verify-ca   | yes
                    wrong host  | verify-full | server certificate for "other" does not match host name "localhost"
                    wrong CA    | prefer      | yes
                    wrong CA    | require     | yes
                    wrong CA    | verify-ca   | path
                    wrong CA    | verify-full | path
                    self-signed | require     | yes
                    self-signed | verify-ca   | path
                    self-signed | verify-full | path
                    expired     | require     | yes
                    expired     | verify-ca   | NotAfter
                    expired     | verify-full | NotAfter
                    revoked     | require     | yes
                    revoked     | verify-ca   | revoked
                    revoked     | verify-full | revoked
                    """)
    void takesTheCertificatesThatTheModeTakes(String certificate, String mode, String expected) {
        for (String provider : new String[] {"openssl", "jsse"}) {
            try (InBetween server =
                            InBetween.terminating(
                                    SharedPostgres.node().port(), certificate(certificate));
                    WeirFile weir =
                            weir(
                                    provider,
                                    "localhost",
                                    expected.equals("plain")
                                            ? SharedPostgres.node().port()
                                            : server.port(),
                                    "server_tls_sslmode = " + mode,
                                    "server_tls_crl_file = "
                                            + directory.resolve("authority.crl"))) {
                if (expected.equals("yes") || expected.equals("plain")) {
                    try (WireClient client = weir.client(PgNode.USER, "postgres")) {
                        assertThat(client.query("select 1")).hasSize(4);
                    }
                } else {
                    assertThatThrownBy(
                                    () -> {
                                        try (WireClient client =
                                                weir.client(PgNode.USER, "postgres")) {
                                            client.query("select 1");
                                        }
                                    })
                            .hasMessageContaining("SSL error: ")
                            .hasMessageContaining(expected);
                }
            }
        }
    }

    // --- a real server ------------------------------------------------------------------------

    private WeirFile verified(String provider, String... more) {
        var lines = new ArrayList<String>(List.of(more));
        lines.add("server_tls_sslmode = verify-full");
        return weir(provider, "localhost", postgres.primary().port(), lines.toArray(String[]::new));
    }

    private static void ask(WeirFile weir, String user) {
        try (WireClient client = weir.client(user, "postgres")) {
            assertThat(usedTls(client)).startsWith("TLSv1.3/TLS_");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "jsse"})
    void logsInByEachMethodOverTls(String provider) {
        Issued client = authority.client("certified-" + provider, "certified");
        try (WeirFile weir =
                verified(
                        provider,
                        "server_tls_cert_file = " + client.certificate(),
                        "server_tls_key_file = " + client.key())) {
            ask(weir, "certified");
            ask(weir, "scram");
            ask(weir, "plain");
            try (WireClient console = weir.console()) {
                assertThat(console.query("show servers").get(1).row())
                        .anyMatch(cell -> cell != null && cell.startsWith("TLSv1.3/TLS_"));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "jsse"})
    void cancelsOverTls(String provider) {
        try (WeirFile weir = verified(provider);
                WireClient client = weir.client(PgNode.USER, "postgres")) {
            client.send(Wire.query("select pg_sleep(60)"));
            await().until(() -> isSleeping());
            WireClient.cancel("127.0.0.1", weir.port(), client.processId(), client.secret());
            assertThat(client.readUntilReady())
                    .anyMatch(m -> m.tag() == 'E' && m.sqlState().equals("57014"));
        }
    }

    private static boolean isSleeping() {
        return postgres.primary()
                .queryText("select count(*) from pg_stat_activity where wait_event = 'PgSleep'")
                .equals("1");
    }

    @Test
    void usesAnUnencryptedConnectionOnlyWhereTheModeAllowsIt() {
        int port = SharedPostgres.node().port();
        try (WeirFile weir = weir("auto", "127.0.0.1", port, "server_tls_sslmode = prefer");
                WireClient client = weir.client(PgNode.USER, "postgres")) {
            assertThat(client.query("select 1")).hasSize(4);
        }
        try (WeirFile weir = weir("auto", "127.0.0.1", port, "server_tls_sslmode = require")) {
            assertThatThrownBy(() -> ask(weir, PgNode.USER))
                    .hasMessageContaining("server does not support SSL, but SSL was required");
        }
    }

    // --- somebody in between ------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "jsse"})
    void scramIsBoundToTheCertificate(String provider) {
        try (InBetween spy =
                        InBetween.spying(
                                postgres.primary().port(),
                                certificate("wrong CA"),
                                UnaryOperator.identity());
                WeirFile weir =
                        weir(provider, "localhost", spy.port(), "server_tls_sslmode = require")) {
            assertThatThrownBy(() -> ask(weir, "scram"))
                    .hasMessageContaining("SCRAM channel binding check failed");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "jsse"})
    void anOfferThatWasTakenAwayIsNoticed(String provider) {
        try (InBetween spy =
                        InBetween.spying(
                                postgres.primary().port(),
                                certificate("wrong CA"),
                                InBetween::withoutPlus);
                WeirFile weir =
                        weir(provider, "localhost", spy.port(), "server_tls_sslmode = require")) {
            assertThatThrownBy(() -> ask(weir, "scram"))
                    .hasMessageContaining("SCRAM channel binding negotiation error");
        }
    }

    @Test
    void bytesInTheClearBehindTheAnswerAreRefused() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                WeirFile weir =
                        weir(
                                "auto",
                                "127.0.0.1",
                                server.getLocalPort(),
                                "server_tls_sslmode = prefer")) {
            Thread.ofVirtual()
                    .start(() -> {
                        try (Socket peer = server.accept()) {
                            peer.getInputStream().readNBytes(8);
                            peer.getOutputStream().write(new byte[] {'S', 'R', 0, 0});
                            peer.getInputStream().read();
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
            assertThatThrownBy(() -> ask(weir, PgNode.USER))
                    .hasMessageContaining("received unencrypted data after SSL response");
        }
    }
}
