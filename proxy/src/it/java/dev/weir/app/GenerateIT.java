package dev.weir.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.Settings;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.WireClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code weir generate} before real servers, and a Weir with what it has written. */
@NullMarked
final class GenerateIT {
    @TempDir private Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int generate(String... words) throws InterruptedException {
        out.reset();
        err.reset();
        var caller =
                new Caller(
                        new PrintStream(out, true, UTF_8),
                        new PrintStream(err, true, UTF_8),
                        Map.of("PGUSER", PgNode.USER, "PGPASSWORD", PgNode.PASSWORD),
                        List.of());
        var all = new ArrayList<>(List.of("generate"));
        all.addAll(List.of(words));
        return new Main(caller).run(all);
    }

    /** Runs a statement past Weir; returns its only value, or its tag. */
    private static String direct(PgNode node, String sql) {
        try (WireClient client = node.wire()) {
            client.startup(Map.of("user", PgNode.USER, "database", "postgres"));
            client.authenticate(PgNode.USER, PgNode.PASSWORD);
            List<Message> answer = client.query(sql);
            return answer.size() > 2 ? answer.get(1).row().getFirst() : "";
        }
    }

    private static String address(PgNode node) {
        return node.host() + ":" + node.port();
    }

    @Test
    void writesAConfigurationThatServesTheServersRoles()
            throws ConfigException, IOException, InterruptedException {
        try (PgCluster cluster = PgCluster.builder().replicas(1).start()) {
            PgNode primary = cluster.primary();
            direct(primary, "create role ann login password 'öffne dich'");
            direct(primary, "create database \"it's\" connection limit 7");
            Path file = directory.resolve("weir.ini");
            String replica = address(cluster.replica(0));

            // The replica first: which of them is the primary is for the servers to say.
            int status = generate("-o", file.toString(), replica, address(primary));

            assertThat(err.toString(UTF_8)).contains("monitor_user", "max_db_connections");
            assertThat(status).isEqualTo(Main.OK);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            Config config = Config.load(file);
            assertThat(config.warnings()).isEmpty();
            assertThat(Files.readString(file))
                    .contains("postgres = nodes=" + address(primary) + "," + replica)
                    .contains("'it''s' = nodes=", "max_db_connections=7");
            int each = config.get(Settings.MAX_DB_CONNECTIONS);
            int accepted = Integer.parseInt(direct(primary, "show max_connections"));
            assertThat(each).isBetween(1, accepted / 2);
            assertThat(Files.readString(directory.resolve("userlist.txt")))
                    .contains("\"ann\" \"SCRAM-SHA-256$");

            Files.writeString(
                    file,
                    "\nlisten_port = 0\nunix_socket_dir =\n",
                    UTF_8,
                    StandardOpenOption.APPEND);
            try (Weir weir = Weir.start(Config.load(file));
                    WireClient ann = WireClient.connect("127.0.0.1", weir.port())) {
                ann.startup(Map.of("user", "ann", "database", "it's"));
                ann.authenticate("ann", "öffne dich");
                assertThat(ann.query("select current_user").get(1).row()).containsExactly("ann");
            }

            assertThat(generate("-o", file.toString(), address(primary))).isEqualTo(Main.FAILED);
            assertThat(err.toString(UTF_8)).contains("is there already");
            assertThat(generate(address(primary))).isEqualTo(Main.OK);
            assertThat(err.toString(UTF_8)).contains("has 1 standbys");
            assertThat(out.toString(UTF_8)).contains(";; userlist.txt, which -o would write:");
        }
    }

    @Test
    void saysWhichServerCannotBeAsked() throws InterruptedException {
        assertThat(generate("127.0.0.1:1")).isEqualTo(Main.FAILED);
        assertThat(err.toString(UTF_8)).startsWith("weir generate: 127.0.0.1:1: ");
        assertThat(generate("a:b:c")).isEqualTo(Main.FAILED);
        assertThat(err.toString(UTF_8)).contains("\"a:b:c\" (expected: host, host:port");
    }
}
