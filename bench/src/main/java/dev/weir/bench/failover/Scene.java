package dev.weir.bench.failover;

import dev.weir.app.Weir;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.metrics.Metric;
import dev.weir.pgkit.Link;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.PgVersion;
import dev.weir.pgkit.WireClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The servers, a Weir before them, and what is found out about both. */
final class Scene implements AutoCloseable {
    /** The database in transaction mode. */
    static final String SHARED = "app";

    /** The same one in session mode. */
    static final String OWN = "own";

    static final int POOL_SIZE = 6;

    /** Each row says on which timeline it was written. */
    private static final String TABLE =
            "CREATE TABLE t (id int8, client int4, at text DEFAULT"
                    + " substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8));"
                    + " CREATE INDEX ON t (id)";

    /** How Weir reaches the servers. */
    enum Shape {
        /** One, by host=. */
        HOST,
        /** A primary and its standby, by nodes=. */
        NODES,
        /** The same, with a relay before each node. */
        LINKS
    }

    private final Shape shape;
    private final PgCluster cluster;
    private final List<Link> links = new ArrayList<>();
    private final Weir weir;
    private final Book book = new Book();
    private final Queue<String> findings = new ConcurrentLinkedQueue<>();
    private final Map<String, AtomicInteger> errors = new ConcurrentHashMap<>();
    private final AtomicInteger ended = new AtomicInteger();
    private final AtomicLong longestNanos = new AtomicLong();
    private final AtomicLong losses = new AtomicLong();
    private volatile boolean isOver;
    private PgNode primary;
    private PgNode standby;

    /** A cluster that has nothing to do with the other; null until it is needed. */
    private @Nullable PgCluster rogue;

    private Scene(Shape shape, PgCluster cluster, List<Link> links, Weir weir) {
        this.shape = shape;
        this.cluster = cluster;
        this.links.addAll(links);
        this.weir = weir;
        this.primary = cluster.primary();
        this.standby = cluster.nodes().getLast();
    }

    static Scene set(Shape shape, PgVersion version) {
        PgCluster cluster =
                PgCluster.builder()
                        .version(version)
                        .replicas(shape == Shape.HOST ? 0 : 1)
                        .setting("fsync", "on")
                        .setting("max_wal_size", "64MB") // copies take less time
                        .setting("wal_recycle", "off")
                        .start();
        var links = new ArrayList<Link>();
        try {
            cluster.primary().execute(TABLE);
            cluster.awaitReplicas();
            for (PgNode node : cluster.nodes()) {
                if (shape == Shape.LINKS) {
                    links.add(Link.to(node));
                }
            }
            var scene = new Scene(shape, cluster, links, weir(shape, cluster, links));
            if (shape != Shape.HOST) {
                scene.awaitRoles();
            }
            return scene;
        } catch (RuntimeException e) {
            links.forEach(Link::close);
            cluster.close();
            throw e;
        }
    }

    private static Weir weir(Shape shape, PgCluster cluster, List<Link> links) {
        var addresses = new ArrayList<String>();
        for (int i = 0; i < cluster.nodes().size(); i++) {
            PgNode node = cluster.nodes().get(i);
            addresses.add(
                    shape == Shape.LINKS
                            ? links.get(i).host() + ":" + links.get(i).port()
                            : node.host() + ":" + node.port());
        }
        String servers =
                shape == Shape.HOST
                        ? "host=127.0.0.1 port=" + cluster.primary().port()
                        : "nodes=" + String.join(",", addresses);
        String text =
                """
                [databases]
                %s = %s dbname=postgres %s
                %s = %s dbname=postgres pool_mode=session
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = 0
                auth_type = trust
                admin_users = boss
                monitor_user = postgres
                pool_mode = transaction
                default_pool_size = %d
                server_login_retry = 2
                state_check = analysed
                commit_certainty = block
                """
                        .formatted(
                                SHARED,
                                servers,
                                shape == Shape.HOST ? "" : "route=auto",
                                OWN,
                                servers,
                                POOL_SIZE);
        try {
            return Weir.start(Config.parse("failover.ini", text));
        } catch (ConfigException e) {
            throw new IllegalArgumentException(text, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // --- its parts ------------------------------------------------------------------------------

    Shape shape() {
        return shape;
    }

    int port() {
        return weir.port();
    }

    /** How many COMMITs without an answer Weir has found to be carried out. */
    long commitsFound() {
        return counted(Metric.LOST_COMMITTED);
    }

    /** How many acknowledged commits Weir says to be lost, for certain. */
    long reportedLost() {
        return counted(Metric.COMMITS_LOST);
    }

    /** How many more it says to be lost perhaps. */
    long reportedPerhaps() {
        return counted(Metric.COMMITS_LOST_PERHAPS);
    }

    private long counted(Metric metric) {
        return weir.pools().all().stream()
                .flatMap(pool -> pool.shards().stream())
                .mapToLong(shard ->
                        shard.loop()
                                .submit(() -> shard.read().get(metric))
                                .syncUninterruptibly()
                                .getNow())
                .sum();
    }

    Book book() {
        return book;
    }

    PgNode primary() {
        return primary;
    }

    PgNode standby() {
        return standby;
    }

    /** A primary of another cluster, which would take all that is written. */
    PgNode rogue() {
        PgCluster known = rogue;
        if (known == null) {
            // of another version: clusters of one are copies of each other, and have its identifier
            rogue = known = PgCluster.builder().version(PgVersion.V15).start();
            known.primary().execute(TABLE);
        }
        return known.primary();
    }

    /** The way from Weir to a node. */
    Link link(PgNode node) {
        return links.get(cluster.nodes().indexOf(node));
    }

    /** The standby is the primary from now on. */
    void changeRoles() {
        PgNode old = primary;
        primary = standby;
        standby = old;
    }

    // --- what clients tell ----------------------------------------------------------------------

    boolean isOver() {
        return isOver;
    }

    /** Lets the clients come to an end. */
    void over() {
        isOver = true;
    }

    /** Something is not as it must be. */
    void found(String what) {
        findings.add(what);
    }

    Queue<String> findings() {
        return findings;
    }

    /** A client was told an error. */
    void told(String sqlState) {
        errors.computeIfAbsent(sqlState, _ -> new AtomicInteger()).incrementAndGet();
    }

    int errors(String sqlState) {
        AtomicInteger count = errors.get(sqlState);
        return count == null ? 0 : count.get();
    }

    /** A session has ended before its client wanted. */
    void ended() {
        ended.incrementAndGet();
    }

    int sessionsEnded() {
        return ended.get();
    }

    void took(long nanos) {
        longestNanos.accumulateAndGet(nanos, Math::max);
    }

    long takeLongestMillis() {
        return longestNanos.getAndSet(0) / 1_000_000;
    }

    /** Odd while acknowledged rows may be lost, and more than before afterwards. */
    long losses() {
        return losses.get();
    }

    void lossBegins() {
        losses.incrementAndGet();
    }

    void lossEnds() {
        losses.incrementAndGet();
    }

    // --- what is there --------------------------------------------------------------------------

    /** How many rows a node has of each id, from one on. */
    static Map<Long, Integer> rows(PgNode node, long from) {
        var rows = new HashMap<Long, Integer>();
        try (WireClient client = node.wire()) {
            client.login(PgNode.USER, "postgres", PgNode.PASSWORD);
            for (Message message : client.query("SELECT id FROM t WHERE id >= " + from)) {
                if (message.tag() == 'D') {
                    rows.merge(Long.valueOf(message.row().getFirst()), 1, Integer::sum);
                } else if (message.tag() == 'E') {
                    throw new IllegalStateException(message.summary());
                }
            }
        }
        return rows;
    }

    List<Message> console(String command) {
        try (WireClient console = WireClient.connect("127.0.0.1", port())) {
            console.login("boss", "pgbouncer");
            return console.query(command);
        }
    }

    /** The rows of a SHOW command, without their heading. */
    List<List<String>> show(String what) {
        return console("SHOW " + what).stream()
                .filter(message -> message.tag() == 'D')
                .map(message -> message.row().stream().map(String::valueOf).toList())
                .toList();
    }

    /** Role and state of a node, as Weir sees it. */
    String sees(PgNode node) {
        String address =
                shape == Shape.LINKS
                        ? link(node).host() + ":" + link(node).port()
                        : node.host() + ":" + node.port();
        return show("NODES").stream()
                .filter(row -> row.get(0).equals(SHARED) && row.get(1).equals(address))
                .map(row -> row.get(2) + " " + row.get(3))
                .collect(Collectors.joining());
    }

    void awaitRoles() {
        Wait.until("the primary is known", () -> sees(primary).equals("primary up"));
        Wait.until("the standby is known", () -> sees(standby).equals("replica up"));
    }

    @Override
    public void close() {
        isOver = true;
        weir.close();
        links.forEach(Link::close);
        cluster.close();
        if (rogue != null) {
            rogue.close();
        }
    }
}
