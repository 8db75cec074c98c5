package dev.weir.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.WireClient;
import dev.weir.support.LogLines;
import dev.weir.support.NameServer;
import dev.weir.support.WeirFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that is known by its name, and the name server that says where it is. */
final class HostNamesIT {
    private static final String NAME = "db.example.com";
    private static final String SERVER = "SELECT host(inet_server_addr())";

    @TempDir private Path directory;

    private static PgCluster cluster;

    private final NameServer names = new NameServer();

    @BeforeAll
    static void start() {
        cluster =
                PgCluster.builder()
                        .setting("listen_addresses", "127.0.0.1,127.0.0.2,127.0.0.3")
                        .start();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @AfterEach
    void close() {
        names.close();
    }

    private WeirFile weir(String host, String... settings) throws IOException {
        Path conf =
                Files.writeString(
                        directory.resolve("resolv.conf"),
                        "nameserver 127.0.0.1 " + names.port() + "\nsearch example.com\n");
        String[] all = new String[settings.length + 1];
        System.arraycopy(settings, 0, all, 1, settings.length);
        all[0] = "resolv_conf = " + conf;
        return WeirFile.start(
                directory,
                "app = host=%s port=%d dbname=postgres password=postgres"
                        .formatted(host, cluster.primary().port()),
                all);
    }

    private static String server(WireClient client) {
        return client.query(SERVER).get(1).row().getFirst();
    }

    @Test
    void findsAServerByItsShortName() throws IOException {
        names.at(NAME, "127.0.0.2");
        try (WeirFile weir = weir("db");
                WireClient client = weir.client(PgNode.USER, "app");
                WireClient console = weir.console()) {
            assertThat(server(client)).isEqualTo("127.0.0.2");
            List<Message> shown = console.query("SHOW DNS_HOSTS");
            assertThat(shown.get(1).row()).startsWith("db").endsWith("127.0.0.2:0");
            assertThat(Integer.parseInt(shown.get(1).row().get(1))).isBetween(5, 15);
        }
    }

    @Test
    void followsANameThatMovesWithinItsTtl() throws IOException {
        names.at(NAME, "127.0.0.1");
        try (WeirFile weir = weir(NAME, "dns_max_ttl = 0.6");
                WireClient client = weir.client(PgNode.USER, "app");
                WireClient busy = weir.client(PgNode.USER, "app")) {
            assertThat(server(client)).isEqualTo("127.0.0.1");
            busy.query("BEGIN");
            assertThat(server(busy)).isEqualTo("127.0.0.1");
            names.at(NAME, "127.0.0.3");
            long since = System.nanoTime();
            await().pollInterval(Duration.ofMillis(10))
                    .untilAsserted(() -> assertThat(server(client)).isEqualTo("127.0.0.3"));
            assertThat(Duration.ofNanos(System.nanoTime() - since))
                    .isLessThan(Duration.ofSeconds(3));
            // a transaction ends where it began
            assertThat(server(busy)).isEqualTo("127.0.0.1");
            busy.query("COMMIT");
            assertThat(server(busy)).isEqualTo("127.0.0.3");
        }
    }

    @Test
    void asksOnceForAll() throws IOException {
        names.at(NAME, "127.0.0.1");
        try (WeirFile weir = weir(NAME)) {
            for (int i = 0; i < 5; i++) {
                try (WireClient client = weir.client(PgNode.USER, "app")) {
                    client.query("BEGIN");
                }
            }
            assertThat(names.questions()).isEqualTo(1);
        }
    }

    @Test
    void sharesItsConnectionsAmongTheAddresses() throws IOException {
        names.at(NAME, "127.0.0.1", "127.0.0.2", "127.0.0.3");
        Set<String> seen = new HashSet<>();
        try (WeirFile weir = weir(NAME);
                WireClient one = weir.client(PgNode.USER, "app");
                WireClient two = weir.client(PgNode.USER, "app");
                WireClient three = weir.client(PgNode.USER, "app")) {
            for (WireClient client : List.of(one, two, three)) {
                client.query("BEGIN");
                seen.add(server(client));
            }
            assertThat(seen).containsExactlyInAnyOrder("127.0.0.1", "127.0.0.2", "127.0.0.3");
        }
    }

    @Test
    void goesOnToTheNextAddress() throws IOException {
        names.at(NAME, "127.0.0.9", "127.0.0.2");
        try (WeirFile weir = weir(NAME)) {
            await().ignoreExceptions()
                    .untilAsserted(() -> {
                        try (WireClient client = weir.client(PgNode.USER, "app")) {
                            assertThat(server(client)).isEqualTo("127.0.0.2");
                        }
                    });
        }
    }

    @Test
    void forgetsAFailureAfterItsTtl() throws IOException {
        try (WeirFile weir =
                weir(
                        "new.example.com",
                        "hold = 0",
                        "dns_nxdomain_ttl = 0.6",
                        "server_login_retry = 0.1")) {
            assertThatThrownBy(() -> weir.client(PgNode.USER, "app"))
                    .hasMessageContaining("name or service not known");
            int asked = names.questions();
            names.at("new.example.com", "127.0.0.1");
            long since = System.nanoTime();
            await().ignoreExceptions()
                    .untilAsserted(() -> {
                        try (WireClient client = weir.client(PgNode.USER, "app")) {
                            assertThat(server(client)).isEqualTo("127.0.0.1");
                        }
                    });
            assertThat(Duration.ofNanos(System.nanoTime() - since))
                    .isGreaterThan(Duration.ofMillis(400));
            assertThat(names.questions()).isGreaterThan(asked);
        }
    }

    /** Nobody hears of a name that is gone for a while, whoever asks meanwhile. */
    @Test
    void waitsForANameThatIsGone() throws IOException {
        try (LogLines lines = LogLines.begin();
                WeirFile weir =
                        weir(
                                "new.example.com",
                                "dns_nxdomain_ttl = 0.3",
                                "server_login_retry = 0.2")) {
            var login =
                    CompletableFuture.supplyAsync(() -> {
                        try (WireClient client = weir.client(PgNode.USER, "app")) {
                            return server(client);
                        }
                    });
            await("it was asked for again").until(() -> names.questions() >= 4);
            assertThat(login).isNotDone();
            names.at("new.example.com", "127.0.0.1");
            assertThat(login).succeedsWithin(Duration.ofSeconds(30)).isEqualTo("127.0.0.1");
            assertThat(lines.all())
                    .filteredOn(line -> line.contains("server_unreachable"))
                    .hasSize(1);
        }
    }
}
