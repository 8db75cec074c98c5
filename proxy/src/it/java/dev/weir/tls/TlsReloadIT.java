package dev.weir.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.WireClient;
import dev.weir.support.LogLines;
import dev.weir.support.SharedPostgres;
import dev.weir.support.TestAuthority;
import dev.weir.support.TestAuthority.Issued;
import dev.weir.support.WeirFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates that change while clients are there. */
class TlsReloadIT {
    @TempDir private Path directory;

    private TestAuthority first;
    private TestAuthority second;
    private Issued before;
    private Issued after;

    @BeforeEach
    void certificates() {
        first = TestAuthority.in(directory, "first");
        second = TestAuthority.in(directory, "second");
        before = first.server("before");
        after = second.server("after");
        put(before.certificate(), "server.crt");
        put(before.key(), "server.key");
    }

    private void put(Path from, String name) {
        try {
            Path draft = Files.copy(from, directory.resolve("draft"));
            Files.move(draft, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private WeirFile weir() {
        return WeirFile.start(
                directory,
                "postgres = host=127.0.0.1 port=" + SharedPostgres.node().port(),
                "client_tls_sslmode = require",
                "client_tls_cert_file = " + directory.resolve("server.crt"),
                "client_tls_key_file = " + directory.resolve("server.key"));
    }

    private WireClient client(WeirFile weir, TestAuthority trusted, String user, String database) {
        WireClient client = TlsClient.to(weir.port(), trusted, null).negotiated();
        client.startup(Map.of("user", user, "database", database));
        client.authenticate(user, PgNode.PASSWORD);
        return client;
    }

    private boolean isTrusted(WeirFile weir, TestAuthority authority) {
        try (WireClient client = client(weir, authority, PgNode.USER, "postgres")) {
            return client.query("select 1").size() == 4;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    @Test
    void reloadTakesTheNewOneAndDisturbsNobody() {
        try (WeirFile weir = weir();
                WireClient old = client(weir, first, PgNode.USER, "postgres");
                WireClient console = client(weir, first, WeirFile.ADMIN, "pgbouncer")) {
            old.query("begin");
            put(after.certificate(), "server.crt");
            put(after.key(), "server.key");
            assertThat(reloads(console)).isTrue();
            assertThat(isTrusted(weir, second)).isTrue();
            assertThat(isTrusted(weir, first)).isFalse();
            assertThat(old.query("select 1")).hasSize(4);
            assertThat(console.query("show version")).isNotEmpty();
        }
    }

    @Test
    void aPairThatDoesNotFitLeavesTheOldInForce() {
        try (WeirFile weir = weir();
                LogLines log = LogLines.begin();
                WireClient console = client(weir, first, WeirFile.ADMIN, "pgbouncer")) {
            put(after.certificate(), "server.crt");
            assertThat(reloads(console)).isFalse();
            assertThat(log.all())
                    .anyMatch(line -> line.contains("is not the key of the certificate in"));
            assertThat(isTrusted(weir, first)).isTrue();
            put(after.key(), "server.key");
            assertThat(reloads(console)).isTrue();
            assertThat(isTrusted(weir, second)).isTrue();
        }
    }

    private static boolean reloads(WireClient console) {
        return console.query("reload").stream().noneMatch(message -> message.tag() == 'E');
    }

    @Test
    void aChangedFileIsNoticedWithoutReload() {
        try (WeirFile weir = weir()) {
            assertThat(isTrusted(weir, first)).isTrue();
            put(after.certificate(), "server.crt");
            put(after.key(), "server.key");
            await().atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(100))
                    .until(() -> isTrusted(weir, second));
        }
    }
}
