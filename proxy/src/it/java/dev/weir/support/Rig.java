package dev.weir.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.app.Weir;
import dev.weir.catalog.Catalog;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.PoolMode;
import dev.weir.metrics.Readings;
import dev.weir.pgkit.Link;
import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.WireClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A Weir in this JVM in front of PostgreSQL, or of what plays it, and the proof at its end that
 * nothing was left behind: no lost buffer, no unexpected line at level ERROR.
 *
 * <p>A rig of one test ({@link #before}, {@link #at}, {@link #with}) runs when it is made and ends
 * with {@link #close}; its clients are the test's to close. A shared one ({@link #shared}, {@link
 * #routing}) runs from {@link #start}, or as a static {@code @RegisterExtension} from before the
 * first test of a class until after the last one; it closes its clients itself after every test and
 * then proves, too, that all pools are at rest. A shared one is used by one test at a time.
 */
public final class Rig
        implements BeforeAllCallback, AfterEachCallback, AfterAllCallback, AutoCloseable {
    /** The database that clients of a rig of one test name, and the user they are. */
    public static final String DATABASE = "app";

    public static final String USER = PgNode.USER;

    /** Whether the long forms of the tests run. */
    public static final boolean SOAK = Boolean.getBoolean("weir.soak");

    private final Supplier<String> text;
    private final String database;
    private final boolean isShared;
    private final Supplier<PgNode> node;
    private final List<WireClient> clients = new ArrayList<>();
    private @Nullable WireClient superuser;
    private @Nullable LogWatch log;
    private @Nullable Config config;
    private @Nullable Weir weir;

    private Rig(Supplier<String> text, String database, boolean isShared, Supplier<PgNode> node) {
        this.text = text;
        this.database = database;
        this.isShared = isShared;
        this.node = node;
    }

    // --- of one test ----------------------------------------------------------------------------

    public static Rig before(PgNode node, String... settings) {
        return at(node.host(), node.port(), settings);
    }

    public static Rig before(Link link, String... settings) {
        return at(link.host(), link.port(), settings);
    }

    public static Rig at(String host, int port, String... settings) {
        return with(DATABASE + " = host=" + host + " port=" + port + " dbname=postgres", settings);
    }

    /** Starts a Weir with these lines of the sections {@code databases} and {@code weir}. */
    public static Rig with(String databases, String... settings) {
        List<String> lines =
                new ArrayList<>(
                        List.of(
                                "# Scripted servers do not answer SSLRequest.",
                                "server_tls_sslmode = disable",
                                "# Nor do they know a catalog; and tests look at what runs last.",
                                "state_check = texts",
                                "pool_mode = transaction",
                                "max_client_conn = 2000"));
        lines.addAll(List.of(settings));
        return new Rig(() -> text(databases, lines), DATABASE, false, SharedPostgres::node).start();
    }

    // --- shared ---------------------------------------------------------------------------------

    /**
     * A Weir before all databases of the {@linkplain SharedPostgres shared} PostgreSQL, not started
     * yet.
     *
     * @param settings lines of the section [pgbouncer], such as {@code "query_timeout = 2"}
     */
    public static Rig shared(PoolMode mode, int poolSize, String... settings) {
        return shared(SharedPostgres::node, mode, poolSize, settings);
    }

    /** As {@link #shared(PoolMode, int, String...)}, before another PostgreSQL. */
    public static Rig shared(PgNode node, PoolMode mode, int poolSize, String... settings) {
        return shared(() -> node, mode, poolSize, settings);
    }

    private static Rig shared(
            Supplier<PgNode> node, PoolMode mode, int poolSize, String... settings) {
        List<String> lines = pool(mode, poolSize, settings);
        return new Rig(
                () -> text("* = host=" + node.get().host() + " port=" + node.get().port(), lines),
                "postgres",
                true,
                node);
    }

    /**
     * A Weir in transaction mode that routes between the nodes of a cluster, not started yet.
     *
     * @param options of its entry, such as {@code route=auto}
     */
    public static Rig routing(PgCluster cluster, String options, int poolSize, String... settings) {
        List<String> lines = pool(PoolMode.TRANSACTION, poolSize, settings);
        lines.add("monitor_user = " + PgNode.USER);
        String nodes =
                cluster.nodes().stream()
                        .map(node -> node.host() + ":" + node.port())
                        .collect(Collectors.joining(","));
        return new Rig(
                () -> text("postgres = nodes=" + nodes + " " + options, lines),
                "postgres",
                true,
                cluster::primary);
    }

    private static List<String> pool(PoolMode mode, int size, String... settings) {
        List<String> lines = new ArrayList<>();
        lines.add("pool_mode = " + mode.name().toLowerCase(Locale.ROOT));
        lines.add("default_pool_size = " + size);
        lines.addAll(List.of(settings));
        return lines;
    }

    // --- life -----------------------------------------------------------------------------------

    private static String text(String databases, List<String> settings) {
        return """
        [databases]
        %s
        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = 0
        tcp_defer_accept = 0
        auth_type = trust
        %s
        """
                .formatted(databases, String.join("\n", settings));
    }

    public Rig start() {
        Leaks.watch();
        LogWatch watch = LogWatch.begin();
        String ini = text.get();
        try {
            config = Config.parse("test.ini", ini);
            weir = Weir.start(config);
            log = watch;
            return this;
        } catch (ConfigException e) {
            throw new IllegalArgumentException(ini, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        } finally {
            if (log == null) {
                watch.end();
            }
        }
    }

    /** Stops it, and looks for what was left behind. */
    @Override
    public void close() {
        LogWatch watch = started(log);
        try {
            if (isShared) {
                validate();
            }
        } finally {
            if (superuser != null) {
                superuser.close();
                superuser = null;
            }
            started(weir).close();
            weir = null;
            if (isShared) {
                Leaks.report();
            } else {
                Leaks.reportNowAndThen();
            }
            watch.end();
            log = null;
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

    private static <T> T started(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("not started");
        }
        return part;
    }

    // --- its parts ------------------------------------------------------------------------------

    /** The PostgreSQL that all tests share; it lives as long as the JVM. */
    public static PgNode postgres() {
        return SharedPostgres.node();
    }

    /** The PostgreSQL behind a shared one. */
    public PgNode node() {
        return node.get();
    }

    public Weir weir() {
        return started(weir);
    }

    /** What it was started with. */
    public Config config() {
        return started(config);
    }

    public int port() {
        return weir().port();
    }

    // --- clients --------------------------------------------------------------------------------

    /** Connects without logging in. */
    public WireClient connect() {
        return kept(WireClient.connect("127.0.0.1", port()));
    }

    /** A client that has logged in as superuser. */
    public WireClient client() {
        return client(USER, database);
    }

    public WireClient client(String user, String database) {
        return client(Map.of("user", user, "database", database));
    }

    /** As {@link #client()}, with more startup parameters, such as options. */
    public WireClient client(Map<String, String> startup) {
        return loggedIn(connect(), startup);
    }

    /** As {@link #client()}, past Weir: the oracle. */
    public WireClient direct() {
        return direct(Map.of());
    }

    public WireClient direct(Map<String, String> startup) {
        return loggedIn(kept(node().wire()), startup);
    }

    private WireClient kept(WireClient client) {
        if (isShared) {
            clients.add(client);
        }
        return client;
    }

    private WireClient loggedIn(WireClient client, Map<String, String> startup) {
        Map<String, String> all = new HashMap<>(Map.of("user", USER, "database", database));
        all.putAll(startup);
        try {
            client.startup(all);
            client.authenticate(all.getOrDefault("user", ""), PgNode.PASSWORD);
            return client;
        } catch (RuntimeException e) {
            client.close();
            throw e;
        }
    }

    /**
     * Runs statements as superuser past Weir, on a connection that is kept for those to come: many
     * tests begin with some, and a new server process each time would cost more than the rest.
     */
    public void execute(String sql) {
        if (superuser == null) {
            superuser = loggedIn(node().wire(), Map.of("database", "postgres"));
        }
        assertThat(superuser.query(sql)).as(sql).noneMatch(message -> message.tag() == 'E');
    }

    /**
     * A connection of pgjdbc through Weir.
     *
     * @param properties names and values in turn
     */
    public Connection jdbc(String... properties) throws SQLException {
        return open(port(), properties);
    }

    /** As {@link #jdbc}, past Weir. */
    public Connection directJdbc(String... properties) throws SQLException {
        return open(node().port(), properties);
    }

    private static Connection open(int port, String... pairs) throws SQLException {
        var properties = new Properties();
        properties.setProperty("user", USER);
        properties.setProperty("password", PgNode.PASSWORD);
        properties.setProperty("socketTimeout", "20");
        for (int i = 0; i < pairs.length; i += 2) {
            properties.setProperty(pairs[i], pairs[i + 1]);
        }
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port + "/postgres", properties);
    }

    /** Shows that an ordinary client is served. */
    public void serves() {
        try (WireClient client = client()) {
            assertThat(client.query("select 'still here'"))
                    .extracting(Object::toString)
                    .contains("D still here", "Z I");
        }
    }

    // --- what the pools hold --------------------------------------------------------------------

    private PoolWatch pools() {
        return new PoolWatch(weir());
    }

    /** The counts of all pools at this moment. */
    public Readings counts() {
        return pools().counts();
    }

    /** Waits for what {@link #counts()} is to be, such as one waiting client. */
    public void awaitCounts(Consumer<Readings> expectation) {
        pools().awaitCounts(expectation);
    }

    /** How many connections all pools have, in any state. */
    public int servers() {
        return pools().servers();
    }

    /** How many connections the largest of a user's pools has to a node, by its database. */
    Map<String, Integer> connectionsOf(String user) {
        return pools().connectionsOf(user);
    }

    public int clients() {
        return pools().clients();
    }

    /** How often a connection to one node was leased. */
    public long leases(int node) {
        return pools().leases(node);
    }

    /** Asks with this client until the catalog of the database has been read. */
    public void awaitCatalog(WireClient client, String of) {
        await().until(() -> {
            client.query("select count(*) from pg_class where relname = 'a'");
            Catalog catalog = weir().sessions().catalogs().get(of);
            return catalog != null && catalog.closure() != null;
        });
    }

    /** Waits until no connection is used, opened or cleaned, and nobody waits for one. */
    public void awaitIdle() {
        pools().awaitIdle();
    }

    /** Waits until every client that left was noticed, and all connections are idle. */
    public void awaitEmpty() {
        pools().awaitEmpty();
    }

    // --- validation -----------------------------------------------------------------------------

    /** An ERROR line that contains this text belongs to the test that runs. */
    public void allowError(String text) {
        started(log).allow(text);
    }

    /** Whatever is logged at level ERROR belongs to the test that runs. */
    public Rig expectErrors() {
        allowError("");
        return this;
    }

    /** Closes the clients of this test, waits until all is at rest, and checks that it is. */
    public void validate() {
        clients.forEach(WireClient::close);
        clients.clear();
        try {
            pools().awaitEmpty();
            pools().checkSizes();
        } finally {
            assertThat(started(log).take()).as("ERROR lines").isEmpty();
        }
    }
}
