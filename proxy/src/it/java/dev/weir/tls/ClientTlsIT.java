package dev.weir.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.weir.config.PoolMode;
import dev.weir.metrics.Metric;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.Tools;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.LogLines;
import dev.weir.support.Rig;
import dev.weir.support.SharedPostgres;
import dev.weir.support.TestAuthority;
import dev.weir.support.TestAuthority.Issued;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS towards clients: modes, certificates, direct TLS, channel binding, and what is refused. */
class ClientTlsIT {
    private static final String USERS = "\"postgres\" \"postgres\"\n\"certified\" \"\"\n";

    /** The first byte of a TLS record that carries an alert. */
    private static final byte ALERT_RECORD = 21;

    @TempDir private Path directory;

    private TestAuthority authority;
    private TestAuthority stranger;
    private Issued server;
    private @Nullable Rig running;

    @BeforeEach
    void certificates() throws IOException {
        authority = TestAuthority.in(directory, "authority");
        stranger = TestAuthority.in(directory, "stranger");
        server = authority.server("server");
        Files.writeString(directory.resolve("users.txt"), USERS);
    }

    @AfterEach
    void stop() {
        Rig last = running;
        running = null;
        if (last != null) {
            last.close();
        }
    }

    private void start(String mode, String... more) {
        var lines = new ArrayList<String>();
        lines.add("client_tls_sslmode = " + mode);
        lines.add("client_tls_cert_file = " + server.certificate());
        lines.add("client_tls_key_file = " + server.key());
        lines.add("auth_file = " + directory.resolve("users.txt"));
        lines.addAll(List.of(more));
        running = Rig.shared(PoolMode.TRANSACTION, 2, lines.toArray(String[]::new)).start();
    }

    private Rig weir() {
        return Objects.requireNonNull(running);
    }

    private TlsClient client(@Nullable Issued shown) {
        return TlsClient.to(weir().port(), authority, shown);
    }

    private static void ask(WireClient client) {
        client.startup(Map.of("user", PgNode.USER, "database", "postgres"));
        client.authenticate(PgNode.USER, PgNode.PASSWORD);
        assertThat(client.query("select 1")).hasSize(4);
    }

    // --- modes --------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    allow       | plain: yes, none: yes
                    prefer      | plain: yes, none: yes, stranger: yes
                    require     | plain: SSL required, none: yes, good: yes, stranger: yes
                    verify-ca   | plain: SSL required, none: no, good: yes, stranger: no, \
                                  expired: no, revoked: no
                    verify-full | plain: SSL required, none: no, good: yes, stranger: no, \
                                  expired: no, revoked: no
                    """)
    void takesTheClientsThatTheModeTakes(String mode, String expected) {
        for (String provider : List.of("openssl", "jsse")) {
            Issued revoked = authority.client("revoked", "certified");
            start(
                    mode,
                    "tls_provider = " + provider,
                    "client_tls_ca_file = " + authority.file(),
                    "client_tls_crl_file = " + authority.revoke("crl", revoked.bundle()));
            for (String one : expected.split(", ", -1)) {
                String[] words = one.split(": ", -1);
                comes(words[0], revoked, words[1]);
            }
            stop();
        }
    }

    private void comes(String shown, Issued revoked, String expected) {
        if (shown.equals("plain")) {
            WireClient client = weir().connect();
            if (expected.equals("yes")) {
                ask(client);
            } else {
                assertThatThrownBy(() -> ask(client)).hasMessageContaining(expected);
            }
            return;
        }
        @Nullable Issued certificate =
                switch (shown) {
                    case "good" -> authority.client("good", "certified");
                    case "stranger" -> stranger.client("strangers", "certified");
                    case "expired" -> authority.expired("expired", "certified");
                    case "revoked" -> revoked;
                    default -> null;
                };
        if (expected.equals("yes")) {
            try (WireClient client = client(certificate).negotiated()) {
                ask(client);
            }
            return;
        }
        assertThatThrownBy(
                        () -> {
                            try (WireClient client = client(certificate).negotiated()) {
                                ask(client);
                            }
                        })
                .as(shown)
                .isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void saysNoWhereThereIsNoTls() {
        running = Rig.shared(PoolMode.TRANSACTION, 2).start();
        WireClient client = weir().connect();
        client.send(Wire.sslRequest());
        assertThat(client.readByte()).isEqualTo('N');
        ask(client);
    }

    // --- direct TLS ---------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "jsse"})
    void takesDirectTlsOnlyWithItsProtocol(String provider) {
        start("prefer", "tls_provider = " + provider);
        try (WireClient client = client(null).direct("postgresql")) {
            ask(client);
        }
        for (String protocol : new String[] {"", "http/1.1"}) {
            assertThatThrownBy(
                            () -> {
                                try (WireClient client = client(null).direct(protocol)) {
                                    ask(client);
                                }
                            })
                    .isInstanceOf(UncheckedIOException.class);
        }
    }

    // --- injection ----------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "jsse"})
    void bytesInTheClearBehindTheRequestAreRefused(String provider) {
        start("prefer", "tls_provider = " + provider);
        WireClient client = weir().connect();
        client.send(Wire.concat(Wire.sslRequest(), new byte[] {'Q'}));
        assertThat(client.read().errorMessage())
                .isEqualTo("received unencrypted data after SSL or GSSAPI encryption request");
        assertThat(client.isClosedByPeer(WireClient.TIMEOUT)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "jsse"})
    void nothingIsSaidInTheClearOnceTlsWasAgreedOn(String provider) throws IOException {
        start("require", "tls_provider = " + provider, "client_login_timeout = 0.2");
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), weir().port())) {
            socket.getOutputStream().write(Wire.sslRequest());
            assertThat(socket.getInputStream().read()).isEqualTo('S');
            byte[] untilItsEnd = socket.getInputStream().readAllBytes();
            assertThat(untilItsEnd.length == 0 || untilItsEnd[0] == ALERT_RECORD).isTrue();
        }
    }

    @Test
    void aSecondRequestInsideIsRefused() {
        start("prefer");
        try (WireClient client = client(null).negotiated()) {
            client.send(Wire.sslRequest());
            assertThat(client.read().errorMessage())
                    .isEqualTo(
                            "unsupported frontend protocol 1234.5679: server supports 3.0 to 3.2");
        }
    }

    // --- SCRAM --------------------------------------------------------------------------------

    private Connection jdbc(int port, String binding) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://localhost:"
                        + port
                        + "/postgres?user=postgres&password=postgres&sslmode=require&channelBinding="
                        + binding);
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "jsse"})
    void scramIsBoundToTheCertificate(String provider) throws Exception {
        start("require", "auth_type = scram-sha-256", "tls_provider = " + provider);
        try (Connection bound = jdbc(weir().port(), "require");
                var answer = bound.createStatement().executeQuery("select 1")) {
            assertThat(answer.next()).isTrue();
        }
        try (Connection unbound = jdbc(weir().port(), "disable")) {
            assertThat(unbound.isValid(5)).isTrue();
        }
    }

    @Test
    void somebodyInBetweenIsRefused() {
        start("require", "auth_type = scram-sha-256");
        X509Bundle other = stranger.server("other").bundle();
        try (InBetween spy = InBetween.spying(weir().port(), other, UnaryOperator.identity())) {
            assertThatThrownBy(() -> jdbc(spy.port(), "prefer"))
                    .hasMessageContaining("SCRAM channel binding check failed");
        }
    }

    @Test
    void anOfferThatWasTakenAwayIsNoticed() {
        start("require", "auth_type = scram-sha-256");
        X509Bundle other = stranger.server("other").bundle();
        try (InBetween spy = InBetween.spying(weir().port(), other, InBetween::withoutPlus)) {
            assertThatThrownBy(() -> jdbc(spy.port(), "prefer"))
                    .hasMessageContaining("SCRAM channel binding negotiation error");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ecp256", "ed25519"})
    void bindingToASignatureWithoutAHashFunctionIsNotOffered(Algorithm ofKey) {
        authority = TestAuthority.in(directory, "ed25519", Algorithm.ed25519);
        server =
                authority.issue(
                        "server-" + ofKey,
                        b -> b.subject("CN=localhost").addSanDnsName("localhost").algorithm(ofKey));
        start("require", "auth_type = scram-sha-256");
        try (WireClient client = client(null).negotiated()) {
            client.startup(Map.of("user", PgNode.USER, "database", "postgres"));
            assertThat(new String(client.read().body(), StandardCharsets.ISO_8859_1))
                    .contains("SCRAM-SHA-256")
                    .doesNotContain("PLUS");
        }
    }

    // --- the rest -----------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "jsse"})
    void cancelsOverTls(String provider) {
        start("require", "tls_provider = " + provider);
        try (WireClient client = client(null).negotiated()) {
            ask(client);
            client.send(Wire.query("select pg_sleep(60)"));
            weir().awaitCounts(now -> assertThat(now.get(Metric.SERVERS_ACTIVE)).isEqualTo(1));
            try (WireClient cancel = client(null).negotiated()) {
                cancel.send(Wire.cancel(client.processId(), client.secret()));
                assertThat(cancel.isClosedByPeer(WireClient.TIMEOUT)).isTrue();
            }
            assertThat(client.readUntilReady())
                    .anyMatch(m -> m.tag() == 'E' && m.sqlState().equals("57014"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "jsse"})
    void psqlComesIn(String provider) throws IOException, InterruptedException {
        assumeThat(Tools.find("psql")).isPresent();
        start("require", "auth_type = scram-sha-256", "tls_provider = " + provider);
        String to =
                "host=localhost port=%d user=postgres password=postgres dbname=postgres"
                        .formatted(weir().port());
        String verified = to + " sslmode=verify-full sslrootcert=" + authority.file();
        assertThat(psql(verified + " channel_binding=require")).isEqualTo("42");
        assertThat(psql(to + " sslmode=disable")).contains("SSL required");
        assertThat(psql(to + " sslmode=verify-full sslrootcert=" + stranger.file()))
                .contains("certificate verify failed");
    }

    private static String psql(String connection) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(
                                Tools.find("psql").orElseThrow().toString(),
                                "-XAtc",
                                "select 42",
                                connection)
                        .redirectErrorStream(true)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said.strip();
    }

    @Test
    void aPassphraseOpensTheKeyAndIsShownNowhere() {
        Path key = Path.of("src/test/resources/tls/ec-sec1-aes.key").toAbsolutePath();
        try (LogLines log = LogLines.begin()) {
            assertThatThrownBy(() ->
                            start(
                                    "require",
                                    "client_tls_key_file = " + key,
                                    "client_tls_key_passphrase = open sesame"))
                    .hasStackTraceContaining("is not the key of the certificate in")
                    .hasStackTraceContaining("client_tls_key_file");
            running = null;
            start("require", "client_tls_key_passphrase = open sesame", "admin_users = postgres");
            try (WireClient console = client(null).negotiated()) {
                console.startup(Map.of("user", PgNode.USER, "database", "pgbouncer"));
                console.authenticate(PgNode.USER, PgNode.PASSWORD);
                assertThat(console.query("show settings").toString())
                        .contains("client_tls_key_passphrase")
                        .doesNotContain("sesame");
            }
            assertThat(log.all()).noneMatch(line -> line.contains("sesame"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "jsse"})
    void speaksTheVersionsAndSuitesThatItMay(String provider) {
        start(
                "require",
                "tls_provider = " + provider,
                "client_tls_protocols = tlsv1.2",
                "client_tls_ciphers = ECDHE-ECDSA-AES256-GCM-SHA384");
        try (WireClient client = client(null).negotiated()) {
            ask(client);
            SSLSession session = ((SSLSocket) client.socket()).getSession();
            assertThat(session.getProtocol()).isEqualTo("TLSv1.2");
            assertThat(session.getCipherSuite())
                    .isEqualTo("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");
        }
        assertThatThrownBy(() -> client(null).speaking("TLSv1.3").negotiated())
                .isInstanceOf(UncheckedIOException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "jsse"})
    void agreesOnTheCurveThatIsConfigured(String provider) {
        start("require", "tls_provider = " + provider, "client_tls_ecdhcurve = secp384r1");
        try (WireClient client = client(null).agreeingOn("secp384r1").negotiated()) {
            ask(client);
        }
        assertThatThrownBy(() -> client(null).agreeingOn("x25519").negotiated())
                .isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void entriesAreToldApartByTheHostThatAClientNames() {
        start(
                "prefer",
                "[databases]",
                "alpha = host=127.0.0.1 port=%d dbname=postgres user=postgres sni=a.example.com"
                        .formatted(SharedPostgres.node().port()));
        assertThat(served("alpha", "a.example.com")).isEqualTo("alpha");
        assertThat(served("postgres", "A.example.com")).isEqualTo("alpha");
        assertThat(served("postgres", "b.example.com")).isEqualTo("postgres");
        assertThatThrownBy(() -> served("alpha", "b.example.com"))
                .hasMessageContaining("no such database: alpha");
    }

    /** The entry that serves a client. */
    private String served(String database, String host) {
        try (WireClient client = client(null).naming(host).negotiated()) {
            client.startup(Map.of("user", PgNode.USER, "database", database));
            client.authenticate(PgNode.USER, PgNode.PASSWORD);
            client.query("select 1");
            return weir().weir().pools().all().stream()
                    .filter(pool -> pool.clients() > 0)
                    .map(pool -> pool.key().database())
                    .collect(Collectors.joining());
        }
    }
}
