package dev.weir.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.StopMode;
import dev.weir.pgkit.WireClient;
import dev.weir.support.WeirFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** How often the nodes of several databases are asked, and by whom. */
final class MonitorsIT {
    @TempDir private Path directory;
    private PgCluster cluster;
    private WeirFile weir;

    @BeforeEach
    void start() {
        cluster = PgCluster.builder().replicas(1).start();
        cluster.primary().execute("CREATE ROLE watcher SUPERUSER LOGIN");
        cluster.awaitReplicas();
        weir = WeirFile.start(directory, entries(3), "monitor_user = postgres");
    }

    @AfterEach
    void stop() {
        weir.close();
        cluster.close();
    }

    private String entries(int count) {
        String nodes =
                cluster.nodes().stream()
                        .map(node -> node.host() + ":" + node.port())
                        .collect(Collectors.joining(","));
        var lines = new StringBuilder();
        for (int i = 0; i < count; i++) {
            lines.append("app%d = nodes=%s dbname=postgres\n".formatted(i, nodes));
        }
        return lines.toString();
    }

    private void awaitMonitors(String user, int count) {
        String sql =
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'weir-monitor' AND"
                        + " usename = '"
                        + user
                        + "'";
        for (PgNode node : cluster.nodes()) {
            await().until(() -> asked(node, sql).equals("" + count));
        }
    }

    private static String asked(PgNode node, String sql) {
        try (WireClient client = node.wire()) {
            client.login(PgNode.USER, "postgres");
            return String.valueOf(client.query(sql).get(1).row().getFirst());
        }
    }

    private long up() {
        try (WireClient console = weir.console()) {
            return console.query("SHOW NODES").stream()
                    .filter(m -> m.tag() == 'D' && "up".equals(m.row().get(3)))
                    .count();
        }
    }

    @Test
    void databasesShareTheMonitorsOfTheirNodes() {
        await().until(() -> up() == 6);
        awaitMonitors("postgres", 1);

        weir.write(entries(1), "monitor_user = postgres");
        reload();
        awaitMonitors("postgres", 1);
        await().until(() -> up() == 2);

        weir.write(entries(2), "monitor_user = watcher");
        reload();
        awaitMonitors("watcher", 1);
        awaitMonitors("postgres", 0);
        await().until(() -> up() == 4);

        weir.write("app = host=127.0.0.1 port=" + cluster.primary().port());
        reload();
        awaitMonitors("watcher", 0);
    }

    @Test
    void askInTheDatabaseOfTheirSetting() {
        await().until(() -> up() == 6);
        awaitMonitors("postgres", 1);

        weir.write(entries(1), "monitor_user = postgres", "monitor_dbname = template1");
        reload();

        String sql =
                "SELECT string_agg(datname, ' ') FROM pg_stat_activity WHERE application_name ="
                        + " 'weir-monitor'";
        for (PgNode node : cluster.nodes()) {
            await().until(() -> asked(node, sql).equals("template1"));
        }
    }

    /** As the clients are told, and the log. */
    @Test
    void anUnreachableNodeIsShownInLibpqsWords() {
        await().until(() -> up() == 6);
        cluster.replicas().getFirst().stop(StopMode.IMMEDIATE);
        try (WireClient console = weir.console()) {
            await().until(() ->
                    console.query("SHOW NODES").stream()
                            .filter(message -> message.tag() == 'D')
                            .anyMatch(message -> message.row().contains("Connection refused")));
        }
    }

    @Test
    void theEndOfTheProcessIsNoEventOfTheCluster() throws IOException {
        Logger logger = (Logger) LoggerFactory.getLogger(Judgement.class);
        var lines = new ListAppender<ILoggingEvent>();
        Level before = logger.getLevel();
        Path second = Files.createDirectory(directory.resolve("second"));
        try (WeirFile ending = WeirFile.start(second, entries(1), "monitor_user = postgres");
                WireClient console = ending.console()) {
            await().until(() ->
                    console.query("SHOW NODES").stream()
                                    .filter(m -> m.tag() == 'D' && "up".equals(m.row().get(3)))
                                    .count()
                            == 2);
            lines.start();
            logger.setLevel(Level.INFO);
            logger.addAppender(lines);
        }
        logger.detachAppender(lines);
        logger.setLevel(before);
        assertThat(lines.list).isEmpty();
    }

    private void reload() {
        try (WireClient console = weir.console()) {
            assertThat(console.query("RELOAD").getFirst().summary()).isEqualTo("C RELOAD");
        }
    }
}
