package dev.weir.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.app.Weir;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.PoolMode;
import dev.weir.metrics.Metric;
import dev.weir.metrics.Readings;
import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.WireClient;
import dev.weir.pool.Pool;
import dev.weir.pool.PoolShard;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A Weir in this JVM, in front of one PostgreSQL, that is validated as a whole after every test:
 * its clients are gone, its pools balance, no buffer leaked and no ERROR line was logged.
 *
 * <p>As a static {@code @RegisterExtension} it starts before the first test of a class and ends
 * after the last one; {@link #start} and {@link #close} do the same for one that lives in a single
 * test. Used by one test at a time.
 */
public final class WeirUnderTest
        implements BeforeAllCallback, AfterEachCallback, AfterAllCallback, AutoCloseable {
    /** How long everything may take to come to rest once the clients are gone. */
    public static final Duration REST = Duration.ofSeconds(15);

    private final @Nullable PgNode ownNode;

    /** The entry of {@code [databases]}; null for all databases of the node. */
    private final @Nullable String entry;

    private final PoolMode mode;
    private final int poolSize;
    private final String[] lines;
    private final List<WireClient> clients = new ArrayList<>();
    private @Nullable WireClient superuser;
    private @Nullable LogWatch log;
    private @Nullable Weir weir;

    private WeirUnderTest(
            @Nullable PgNode node,
            @Nullable String entry,
            PoolMode mode,
            int poolSize,
            String... lines) {
        this.ownNode = node;
        this.entry = entry;
        this.mode = mode;
        this.poolSize = poolSize;
        this.lines = lines;
    }

    /**
     * A Weir before the {@linkplain SharedPostgres shared} PostgreSQL, not started yet.
     *
     * @param lines more lines of the section [weir], such as {@code "query_timeout = 2"}
     */
    public static WeirUnderTest of(PoolMode mode, int poolSize, String... lines) {
        return new WeirUnderTest(null, null, mode, poolSize, lines);
    }

    /** As {@link #of(PoolMode, int, String...)}, before another PostgreSQL, or a link to one. */
    public static WeirUnderTest before(PgNode node, PoolMode mode, int poolSize, String... lines) {
        return new WeirUnderTest(node, null, mode, poolSize, lines);
    }

    /**
     * A Weir in transaction mode that routes between the nodes of a cluster.
     *
     * @param options of its entry, such as {@code route=auto}
     */
    public static WeirUnderTest routing(
            PgCluster cluster, String options, int poolSize, String... lines) {
        List<String> all = new ArrayList<>(List.of(lines));
        all.add("monitor_user = " + PgNode.USER);
        String nodes =
                cluster.nodes().stream()
                        .map(node -> node.host() + ":" + node.port())
                        .collect(Collectors.joining(","));
        return new WeirUnderTest(
                cluster.primary(),
                "postgres = nodes=" + nodes + " " + options,
                PoolMode.TRANSACTION,
                poolSize,
                all.toArray(String[]::new));
    }

    // --- life -----------------------------------------------------------------------------------

    public WeirUnderTest start() {
        Leaks.watch();
        log = LogWatch.begin();
        try {
            weir = Weir.start(Config.parse("weir.ini", ini()));
        } catch (ConfigException e) {
            throw new IllegalArgumentException(ini(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start Weir", e);
        }
        return this;
    }

    private String ini() {
        return """
        [databases]
        %s
        [weir]
        listen_addr = 127.0.0.1
        listen_port = 0
        auth_type = trust
        tcp_defer_accept = 0
        pool_mode = %s
        default_pool_size = %d
        %s
        """
                .formatted(
                        entry == null
                                ? "* = host=" + node().host() + " port=" + node().port()
                                : entry,
                        mode.name().toLowerCase(Locale.ROOT),
                        poolSize,
                        String.join("\n", lines));
    }

    /** Validates, stops, and looks for lost buffers. */
    @Override
    public void close() {
        LogWatch watch = started(log);
        try {
            validate();
        } finally {
            if (superuser != null) {
                superuser.close();
                superuser = null;
            }
            started(weir).close();
            weir = null;
            Leaks.report();
            watch.end();
        }
        assertThat(watch.take()).as("ERROR lines until the end").isEmpty();
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        start();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        validate();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        close();
    }

    // --- clients --------------------------------------------------------------------------------

    public PgNode node() {
        return ownNode == null ? SharedPostgres.node() : ownNode;
    }

    public Weir weir() {
        return started(weir);
    }

    public int port() {
        return weir().port();
    }

    /**
     * A client of Weir that has not said a word. Closed at the end of the test, as all of these.
     */
    public WireClient silent() {
        return kept(WireClient.connect("127.0.0.1", port()));
    }

    /** A client of Weir, logged in as superuser to the database postgres. */
    public WireClient client() {
        return client(Map.of());
    }

    /** As {@link #client()}, with more startup parameters, such as options. */
    public WireClient client(Map<String, String> startup) {
        return loggedIn(silent(), startup);
    }

    /** The same, past Weir: the oracle. */
    public WireClient direct() {
        return direct(Map.of());
    }

    public WireClient direct(Map<String, String> startup) {
        return loggedIn(kept(node().wire()), startup);
    }

    /**
     * Runs statements as superuser past Weir, on a connection that is kept for those to come: many
     * tests begin with some, and a new server process each time would cost more than the rest.
     */
    public void execute(String sql) {
        if (superuser == null) {
            superuser = loggedIn(node().wire(), Map.of());
        }
        assertThat(superuser.query(sql)).as(sql).noneMatch(message -> message.tag() == 'E');
    }

    private WireClient kept(WireClient client) {
        clients.add(client);
        return client;
    }

    private static WireClient loggedIn(WireClient client, Map<String, String> startup) {
        Map<String, String> all =
                new HashMap<>(Map.of("user", PgNode.USER, "database", "postgres"));
        all.putAll(startup);
        client.startup(all);
        client.authenticate(all.getOrDefault("user", ""), PgNode.PASSWORD);
        return client;
    }

    /**
     * A connection of pgjdbc through Weir.
     *
     * @param properties names and values in turn
     */
    public Connection jdbc(String... properties) throws SQLException {
        return connect(port(), properties);
    }

    /** As {@link #jdbc}, past Weir. */
    public Connection directJdbc(String... properties) throws SQLException {
        return connect(node().port(), properties);
    }

    private static Connection connect(int port, String... pairs) throws SQLException {
        var properties = new Properties();
        properties.setProperty("user", PgNode.USER);
        properties.setProperty("password", PgNode.PASSWORD);
        properties.setProperty("socketTimeout", "20");
        for (int i = 0; i < pairs.length; i += 2) {
            properties.setProperty(pairs[i], pairs[i + 1]);
        }
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port + "/postgres", properties);
    }

    // --- validation -----------------------------------------------------------------------------

    /** An ERROR line that contains this text belongs to the test that runs. */
    public void allowError(String text) {
        started(log).allow(text);
    }

    /** Closes the clients of this test, waits until all is at rest, and checks that it is. */
    public void validate() {
        clients.forEach(WireClient::close);
        clients.clear();
        try {
            awaitRest();
        } finally {
            assertThat(started(log).take()).as("ERROR lines").isEmpty();
        }
    }

    /** Waits until no client is left and no server connection is in use. */
    public void awaitRest() {
        await().atMost(REST)
                .pollInterval(Duration.ofMillis(5))
                .untilAsserted(() -> weir().pools().all().forEach(WeirUnderTest::checkAtRest));
    }

    private static void checkAtRest(Pool pool) {
        Readings now = counters(pool);
        assertThat(pool.clients()).as("clients of %s", pool.key()).isZero();
        assertThat(pool.pinned()).as("pinned in %s", pool.key()).isZero();
        assertThat(now.get(Metric.WAITING_CLIENTS)).as("waiting in %s", pool.key()).isZero();
        assertThat(now.get(Metric.SERVERS_ACTIVE)).as("active in %s", pool.key()).isZero();
        assertThat(
                        now.get(Metric.SERVERS_DRAINING)
                                + now.get(Metric.SERVERS_CANCELED)
                                + now.get(Metric.SERVERS_TESTED))
                .as("draining, held for a cancel or tested in %s", pool.key())
                .isZero();
        assertThat(now.servers() + now.get(Metric.SERVERS_OPENING))
                .as("server connections of %s", pool.key())
                .isEqualTo(pool.size());
        if (pool.settings().poolSize() > 0) {
            assertThat(pool.size()).isLessThanOrEqualTo(pool.settings().poolSize());
        }
    }

    /** How often a connection to one node was leased. */
    public long leases(int node) {
        return weir().pools().all().stream()
                .filter(pool -> pool.key().node() == node)
                .mapToLong(pool -> counters(pool).get(Metric.LEASES))
                .sum();
    }

    /** What all pools together count at this moment. */
    public Readings counters() {
        return Readings.sum(weir().pools().all().stream().map(WeirUnderTest::counters).toList());
    }

    private static Readings counters(Pool pool) {
        Readings sum = Readings.ZERO;
        for (PoolShard shard : pool.shards()) {
            sum = sum.plus(shard.loop().submit(shard::read).syncUninterruptibly().getNow());
        }
        return sum;
    }

    /** Waits for what {@link #counters()} is to be, such as one waiting client. */
    public void awaitCounters(Consumer<Readings> expectation) {
        await().atMost(REST)
                .pollInterval(Duration.ofMillis(2))
                .untilAsserted(() -> expectation.accept(counters()));
    }

    private static <T> T started(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("not started");
        }
        return part;
    }
}
