package dev.weir.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.support.WeirFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Takes the pictures of the web console for the manual, with clients that get into each other's way
 * and a replica that has fallen behind.
 */
@NullMarked
@EnabledIfSystemProperty(named = "docs.update", matches = "true")
final class WebConsolePicturesIT {
    private static final Path PICTURES = Path.of("..", "docs", "console");
    private static final List<String> SCREENS =
            List.of("now", "cluster", "sessions", "statements", "settings", "limits");

    private final Path directory = Path.of("target", "demo");
    private final AtomicBoolean isOver = new AtomicBoolean();
    private final List<Thread> clients = new ArrayList<>();
    private int port;

    @Test
    void picturesOfEveryScreen() throws IOException, InterruptedException {
        Files.createDirectories(directory);
        int ops = Http.freePort();
        try (PgCluster cluster = PgCluster.builder().replicas(2).start()) {
            cluster.primary().execute("CREATE TABLE orders (id int, total int)");
            cluster.primary()
                    .execute("INSERT INTO orders SELECT g, g % 90 FROM generate_series(1,2000) g");
            cluster.awaitReplicas();
            String nodes =
                    cluster.nodes().stream()
                            .map(node -> node.host() + ":" + node.port())
                            .collect(Collectors.joining(","));
            try (WeirFile weir =
                            WeirFile.start(
                                    directory,
                                    "shop = nodes=%s dbname=postgres route=auto pool_size=6\n"
                                                    .formatted(nodes)
                                            + "billing = host=%s port=%d dbname=postgres pool_size=3"
                                                    .formatted(
                                                            cluster.primary().host(),
                                                            cluster.primary().port()),
                                    "ops_port = " + ops,
                                    "monitor_user = postgres",
                                    "statements_max = 200",
                                    "max_replica_lag = 3s",
                                    "server_tls_sslmode = disable",
                                    "max_client_conn = 200");
                    Browser browser = Browser.start()) {
                port = weir.port();
                load();
                browser.size(Browser.WIDE, 900);
                browser.login(ops, "boss", "x");
                Thread.sleep(Duration.ofSeconds(Integer.getInteger("weir.pictures", 40)));
                cluster.replicas().getLast().pauseReplay();
                disturb();
                await().atMost(Duration.ofSeconds(30))
                        .untilAsserted(() ->
                                assertThat(browser.text() + browser.complaints())
                                        .contains("is not read", "idle in transaction"));
                Thread.sleep(Duration.ofSeconds(14));
                Files.createDirectories(PICTURES);
                take(browser, "light", Browser.WIDE, "");
                take(browser, "dark", Browser.WIDE, "-dark");
                take(browser, "light", Browser.NARROW, "-narrow");
                assertThat(browser.complaints()).isEmpty();
                cluster.replicas().getLast().resumeReplay();
            } finally {
                isOver.set(true);
                for (Thread client : clients) {
                    client.interrupt();
                    client.join();
                }
            }
        }
    }

    private static void take(Browser browser, String scheme, int width, String suffix)
            throws InterruptedException {
        browser.scheme(scheme);
        browser.size(width, width == Browser.WIDE ? 900 : 812);
        for (String screen : SCREENS) {
            browser.open(screen);
            browser.run("document.querySelector('.choice button')?.click()"); // 5 minutes
            Thread.sleep(Duration.ofMillis(2_600)); // two pictures of the server's
            browser.run("scrollTo(0, 0)");
            Object whole = browser.run("return document.documentElement.scrollHeight");
            int height =
                    (int)
                            Math.min(
                                    whole instanceof Long pixels ? pixels : 0,
                                    width == Browser.WIDE ? 1_150 : 1_400);
            browser.picture(PICTURES.resolve(screen + suffix + ".png"), width, height);
        }
    }

    private void load() {
        for (int i = 0; i < 3; i++) {
            client("shop", "web", 20, "SELECT count(*) FROM orders WHERE total < 40");
            client("shop", "reports", 60, "SELECT total, count(*) FROM orders GROUP BY total");
            client("shop", "checkout", 45, "UPDATE orders SET total = total + 1 WHERE id = 7");
        }
        client("shop", "search", 90, "SELECT * FROM orders ORDER BY total DESC LIMIT 20");
        client("billing", "invoices", 70, "INSERT INTO orders VALUES (1, 2)");
        client("billing", "invoices", 150, "SELECT pg_sleep(0.03)");
        client("billing", "invoices", 400, "SELECT 1 / (SELECT 0)");
    }

    /** Transactions that stay open, one session that keeps its connection, and who waits. */
    private void disturb() {
        open("worker-billing", "BEGIN; SELECT total FROM orders LIMIT 1");
        open("worker-billing", "BEGIN; SELECT 1");
        open("nightly-export", "CREATE TEMP TABLE snapshot AS SELECT * FROM orders LIMIT 5");
    }

    private void client(String database, String application, long pause, String sql) {
        run(
                database,
                application,
                connection -> {
                    try (Statement statement = connection.createStatement()) {
                        while (!isOver.get()) {
                            try {
                                statement.execute(sql);
                            } catch (SQLException e) {
                                if (connection.isClosed()) {
                                    return;
                                }
                            }
                            Thread.sleep(pause);
                        }
                    }
                });
    }

    private void open(String application, String sql) {
        run(
                "billing",
                application,
                connection -> {
                    try (Statement statement = connection.createStatement()) {
                        statement.execute(sql);
                        while (!isOver.get()) {
                            Thread.sleep(100);
                        }
                    }
                });
    }

    private interface Work {
        void with(Connection connection) throws SQLException, InterruptedException;
    }

    private void run(String database, String application, Work work) {
        var properties = new Properties();
        properties.setProperty("user", PgNode.USER);
        properties.setProperty("ApplicationName", application);
        properties.setProperty("prepareThreshold", "0");
        clients.add(
                Thread.startVirtualThread(() -> {
                    try (Connection connection =
                            DriverManager.getConnection(
                                    "jdbc:postgresql://127.0.0.1:" + port + "/" + database,
                                    properties)) {
                        work.with(connection);
                    } catch (SQLException | InterruptedException _) {
                        // it is over
                    }
                }));
    }
}
