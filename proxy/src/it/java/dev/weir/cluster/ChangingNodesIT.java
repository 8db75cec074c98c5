package dev.weir.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import dev.weir.pgkit.Link;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.PgVersion;
import dev.weir.pgkit.ServerError;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.LogLines;
import dev.weir.support.WeirFile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that are not there, are others than they should be, or change. */
final class ChangingNodesIT {
    /** Of a client under load, which is to be there, not to fill the machine. */
    private static final long PAUSE_NANOS = 2_000_000;

    @TempDir private Path directory;
    private PgCluster cluster;
    private WeirFile weir;

    @BeforeEach
    void start() {
        cluster = PgCluster.builder().replicas(2).start();
        cluster.primary().execute("CREATE TABLE t (n int)");
        cluster.awaitReplicas();
        weir = WeirFile.start(directory, entry(all()), "monitor_user = postgres");
        awaitNode(address(cluster.replica(0)), "replica up");
    }

    @AfterEach
    void stop() {
        weir.close();
        cluster.close();
    }

    private void restart(String... nodes) {
        weir.close();
        weir = WeirFile.start(directory, entry(nodes), "monitor_user = postgres");
    }

    private String[] all() {
        return cluster.nodes().stream().map(ChangingNodesIT::address).toArray(String[]::new);
    }

    private static String entry(String... nodes) {
        return "app = nodes=" + String.join(",", nodes) + " dbname=postgres";
    }

    private static String address(PgNode node) {
        return node.host() + ":" + node.port();
    }

    /** The reason of each node that is not read, by its address; empty for those that are. */
    private Map<String, String> nodes() {
        Map<String, String> rows = new HashMap<>();
        try (WireClient console = weir.console()) {
            for (Message message : console.query("SHOW NODES")) {
                if (message.tag() == 'D') {
                    List<String> row = message.row().stream().map(String::valueOf).toList();
                    rows.put(row.get(1), row.get(2) + " " + row.get(3) + " " + row.get(4));
                }
            }
        }
        return rows;
    }

    private void awaitNode(String node, String start) {
        await().until(() -> nodes().getOrDefault(node, "").startsWith(start));
    }

    private void reload(String entry) {
        weir.write(entry, "monitor_user = postgres");
        try (WireClient console = weir.console()) {
            assertThat(console.query("RELOAD").getFirst().summary()).isEqualTo("C RELOAD");
        }
    }

    private WireClient client() {
        return weir.client("postgres", "app");
    }

    private static String port(WireClient client) {
        List<Message> answer = client.query("SELECT current_setting('port')");
        return String.valueOf(answer.get(1).row().getFirst());
    }

    private static String readingPort(WireClient client) {
        client.query("BEGIN READ ONLY");
        String port = port(client);
        client.query("COMMIT");
        return port;
    }

    // --- the tests ------------------------------------------------------------------------------

    @Test
    void startsWithNodesThatAreDownOrHaveNoAddress() {
        cluster.replica(1).stop();
        String nowhere = "no-such-host.invalid:5432";
        restart(
                nowhere,
                address(cluster.replica(1)),
                address(cluster.replica(0)),
                address(cluster.primary()));
        awaitNode(address(cluster.replica(0)), "replica up");
        try (WireClient client = client()) {
            assertThat(client.query("INSERT INTO t VALUES (1)").getFirst().summary())
                    .isEqualTo("C INSERT 0 1");
            await().until(() -> readingPort(client).equals("" + cluster.replica(0).port()));
        }
        assertThat(nodes().get(nowhere))
                .startsWith("unknown down the host name no-such-host.invalid has no address");
        cluster.replica(1).start();
        awaitNode(address(cluster.replica(1)), "replica up");
    }

    /**
     * It is neither a node, nor sent anything in the place of the primary. The monitor cannot have
     * seen it there: its own connection is one to the primary still.
     */
    @Test
    void refusesAServerOfAnotherCluster() {
        PgNode primary = cluster.primary();
        try (PgCluster other = PgCluster.builder().version(PgVersion.V15).start();
                Link link = Link.to(primary)) {
            other.primary().execute("CREATE TABLE t (n int)");
            String way = link.host() + ":" + link.port();
            restart(way, address(cluster.replica(0)), address(other.primary()));
            awaitNode(address(cluster.replica(0)), "replica up");
            assertThat(nodes().get(address(other.primary())))
                    .startsWith("other out another cluster: its system identifier is ");
            assertThat(nodes().get(way)).startsWith("primary up");
            try (WireClient first = client();
                    WireClient second = client()) {
                first.query("BEGIN");
                first.query("INSERT INTO t VALUES (1)"); // on the only connection there is
                link.redirect(other.primary().host(), other.primary().port());
                second.send(Wire.query("INSERT INTO t VALUES (2)"));
                await().until(() ->
                        outages()
                                .contains("belongs to another cluster: its system identifier is "));
                first.query("COMMIT");
                assertThat(other.primary().queryText("SELECT count(*) FROM t")).isEqualTo("0");
                link.redirect(primary.host(), primary.port());
                assertThat(second.readUntilReady().getFirst().summary()).isEqualTo("C INSERT 0 1");
                assertThat(primary.queryText("SELECT count(*) FROM t")).isEqualTo("2");
            }
        }
    }

    private String outages() {
        try (WireClient console = weir.console()) {
            return console.query("SHOW OUTAGES").stream()
                    .filter(message -> message.tag() == 'D')
                    .map(message -> String.join(" ", message.row()))
                    .collect(Collectors.joining());
        }
    }

    /** Those who may not ask for the system identifier, and those who cannot by SQL. */
    @Test
    void everyKindOfConnectionIsIdentified() {
        cluster.primary()
                .execute(
                        "CREATE ROLE plain LOGIN; GRANT ALL ON t TO plain;"
                                + " REVOKE EXECUTE ON FUNCTION pg_control_system() FROM public");
        try (LogLines lines = LogLines.beginAt(Level.WARN);
                WireClient one = weir.client("plain", "app");
                WireClient two = weir.client("plain", "app")) {
            one.query("BEGIN");
            for (WireClient client : List.of(one, two)) {
                assertThat(client.query("INSERT INTO t VALUES (1)").getFirst().summary())
                        .isEqualTo("C INSERT 0 1");
            }
            assertThat(lines.all())
                    .filteredOn(line -> line.contains("server_not_identified"))
                    .singleElement()
                    .asString()
                    .contains("permission denied for function pg_control_system");
        }
        for (String kind : List.of("database", "true")) {
            try (WireClient client = WireClient.connect("127.0.0.1", weir.port())) {
                client.startup(Map.of("user", "postgres", "database", "app", "replication", kind));
                client.authenticate("postgres", null);
                assertThat(client.query("IDENTIFY_SYSTEM").get(1).tag()).isEqualTo('D');
            }
        }
    }

    @Test
    void followsAPromotion() {
        PgNode next = cluster.replica(0);
        try (WireClient client = client()) {
            assertThat(port(client)).isEqualTo("" + cluster.primary().port());
            cluster.primary().kill();
            next.promote();
            awaitNode(address(next), "primary up");
            assertThat(port(client)).isEqualTo("" + next.port());
            assertThat(client.query("INSERT INTO t VALUES (2)").getFirst().summary())
                    .isEqualTo("C INSERT 0 1");

            cluster.replica(1).follow(next);
            awaitNode(address(cluster.replica(1)), "replica up");
            await().until(() -> readingPort(client).equals("" + cluster.replica(1).port()));
            assertThat(client.query("SELECT n FROM t").getFirst().tag()).isEqualTo('T');
        }
    }

    /** One that was thought dead comes back, and believes to be the primary still. */
    @Test
    void neverGoesBackToAnOldTimeline() {
        PgNode old = cluster.primary();
        PgNode next = cluster.replica(0);
        old.kill();
        next.promote();
        awaitNode(address(next), "primary up");
        old.start();
        awaitNode(address(old), "other out not in recovery, but not the primary");
        try (WireClient client = client()) {
            assertThat(port(client)).isEqualTo("" + next.port());
        }
    }

    @Test
    void takesAwayAndAddsNodesUnderLoad() throws InterruptedException {
        String[] all = all();
        var stopped = new AtomicBoolean();
        var failures = new ConcurrentLinkedQueue<String>();
        List<Thread> load =
                List.of(1, 2, 3, 4).stream()
                        .map(_ -> Thread.ofVirtual().start(() -> work(stopped, failures)))
                        .toList();
        String[] reversed = {all[2], all[1], all[0]};
        for (String[] some : List.of(new String[] {all[0], all[1]}, reversed, all, reversed)) {
            reload(entry(some));
            for (String node : some) {
                awaitNode(node, node.equals(all[0]) ? "primary up" : "replica up");
            }
            assertThat(nodes().keySet()).isEqualTo(Arrays.stream(some).collect(Collectors.toSet()));
        }
        stopped.set(true);
        for (Thread one : load) {
            one.join();
        }
        assertThat(failures).isEmpty();
    }

    private void work(AtomicBoolean stopped, Queue<String> failures) {
        try (WireClient client = client()) {
            while (!stopped.get()) {
                String write = client.query("INSERT INTO t VALUES (3)").getFirst().summary();
                client.query("BEGIN READ ONLY");
                String read = client.query("SELECT count(*) FROM t").get(1).summary();
                client.query("COMMIT");
                LockSupport.parkNanos(PAUSE_NANOS);
                if (!write.equals("C INSERT 0 1") || !read.startsWith("D ")) {
                    failures.add(write + ", " + read);
                }
            }
        } catch (ServerError e) {
            failures.add(e.toString());
        }
    }
}
