package dev.weir.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.catalog.Catalog;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.PgVersion;
import dev.weir.pgkit.WireClient;
import dev.weir.support.WeirFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** A primary and a replica that change their roles, and a Weir before them. */
@NullMarked
final class Moving implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** Each row says on which timeline it was written. */
    private static final String TABLE =
            "CREATE TABLE t (client int, n int, at text DEFAULT"
                    + " substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8), PRIMARY KEY (client,"
                    + " n)); CREATE TABLE t2 (n int); CREATE SEQUENCE turn";

    private final PgCluster cluster;
    private final WeirFile weir;
    private PgNode primary;
    private PgNode standby;

    private Moving(PgCluster cluster, WeirFile weir) {
        this.cluster = cluster;
        this.weir = weir;
        this.primary = cluster.primary();
        this.standby = cluster.replica(0);
    }

    static Moving start(PgVersion version, Path directory, String... settings) {
        return startWith(version, directory, "", settings);
    }

    /**
     * @param options of the entry, and more entries behind it, in which NODES stands for the nodes
     */
    static Moving startWith(PgVersion version, Path directory, String options, String... settings) {
        PgCluster cluster = PgCluster.builder().version(version).replicas(1).start();
        cluster.primary().execute(TABLE);
        cluster.awaitReplicas();
        String nodes =
                cluster.nodes().stream().map(Moving::address).collect(Collectors.joining(","));
        List<String> all = new ArrayList<>(List.of(settings));
        all.add("monitor_user = postgres");
        if (all.stream().noneMatch(line -> line.startsWith("default_pool_size"))) {
            all.add("default_pool_size = 5");
        }
        WeirFile weir =
                WeirFile.start(
                        directory,
                        "app = nodes="
                                + nodes
                                + " dbname=postgres route=auto"
                                + options.replace("NODES", nodes),
                        all.toArray(String[]::new));
        var moving = new Moving(cluster, weir);
        moving.awaitBothUp();
        return moving;
    }

    static String address(PgNode node) {
        return node.host() + ":" + node.port();
    }

    WeirFile weir() {
        return weir;
    }

    PgNode primary() {
        return primary;
    }

    PgNode standby() {
        return standby;
    }

    WireClient client() {
        return weir.client("postgres", "app");
    }

    List<Message> console(String command) {
        try (WireClient console = weir.console()) {
            return console.query(command);
        }
    }

    /** Role and state, as SHOW NODES has them. */
    @Nullable String sees(PgNode node) {
        for (Message message : console("SHOW NODES")) {
            if (message.tag() == 'D' && address(node).equals(message.row().get(1))) {
                return message.row().get(2) + " " + message.row().get(3);
            }
        }
        return null;
    }

    void awaitBothUp() {
        await().atMost(LIMIT).until(() -> "primary up".equals(sees(primary)));
        await().atMost(LIMIT).until(() -> "replica up".equals(sees(standby)));
    }

    /** Waits until the standby has all that was written. */
    void awaitReplay() {
        cluster.awaitReplicas();
    }

    /** The standby becomes the primary, and the other its standby, as an operator does it. */
    void swap() {
        primary.stop();
        standby.promote();
        changeRoles();
        standby.follow(primary);
        standby.start();
    }

    /** Makes the standby, whatever it has become, a copy of the primary again. */
    void copyStandby() {
        if (standby.isRunning()) {
            standby.stop();
        }
        standby.copyOf(primary);
        standby.start();
        awaitBothUp();
    }

    /** The standby is the primary from now on. */
    void changeRoles() {
        PgNode old = primary;
        primary = standby;
        standby = old;
    }

    /** Waits until clients are held, and says what the console said. */
    List<Message> switchOver() {
        List<Message> answer = console("SWITCHOVER app TO '" + address(standby) + "' GRACE 10");
        assertThat(answer).noneMatch(message -> message.tag() == 'E');
        return answer;
    }

    /** The only row of SHOW FAILOVERS that matters, the last, by the names of its columns. */
    Map<String, @Nullable String> lastFailover() {
        List<Message> answer = console("SHOW FAILOVERS");
        String[] names = answer.getFirst().summary().substring(2).split("\\([0-9]+\\),? ?", -1);
        List<@Nullable String> row =
                answer.stream().filter(m -> m.tag() == 'D').toList().getLast().row();
        Map<String, @Nullable String> byName = new HashMap<>();
        for (int i = 0; i < row.size(); i++) {
            byName.put(names[i], row.get(i));
        }
        return byName;
    }

    /** A number of the last row of SHOW FAILOVERS. */
    long ofLastFailover(String column) {
        return Long.parseLong(String.valueOf(lastFailover().get(column)));
    }

    @Override
    public void close() {
        weir.close();
        cluster.close();
    }

    /** Whether it is known what functions do, once a client has returned a connection. */
    boolean knowsCatalog(WireClient client) {
        client.query("SELECT count(*) FROM t");
        Catalog catalog = weir.weir().sessions().catalogs().get("app");
        return catalog != null && catalog.closure() != null;
    }

    /** Whether a client's read goes to the standby: the functions must be known first. */
    boolean readsOnStandby(WireClient client) {
        client.query("SELECT count(*) FROM t");
        return client.query("SHOW weir.node").get(1).summary().equals("D " + address(standby()));
    }
}
