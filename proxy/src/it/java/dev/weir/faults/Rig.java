package dev.weir.faults;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import dev.weir.app.Weir;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.metrics.Metric;
import dev.weir.metrics.Readings;
import dev.weir.pgkit.Link;
import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.WireClient;
import dev.weir.pool.Pool;
import dev.weir.pool.PoolShard;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.api.Assertions;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * A Weir in this JVM in front of one database, and the proof at its end that nothing was left
 * behind: no buffer, no connection in use, no line at level ERROR.
 */
public final class Rig implements AutoCloseable {
    /** The database that clients name, and the user they are. */
    public static final String DATABASE = "app";

    public static final String USER = "postgres";

    /** Whether the long forms run. */
    public static final boolean SOAK = Boolean.getBoolean("weir.soak");

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static @Nullable PgCluster shared;

    private final Weir weir;
    private final Errors errors = new Errors();
    private boolean expectsErrors;

    private final Config config;

    private Rig(Weir weir, Config config) {
        this.weir = weir;
        this.config = config;
    }

    /** The PostgreSQL that these suites share; it lives as long as the JVM. */
    public static synchronized PgNode postgres() {
        PgCluster cluster = shared;
        if (cluster == null) {
            shared = cluster = PgCluster.start();
        }
        return cluster.primary();
    }

    public static Rig before(PgNode node, String... settings) {
        return at(node.host(), node.port(), settings);
    }

    public static Rig before(Link link, String... settings) {
        return at(link.host(), link.port(), settings);
    }

    public static Rig at(String host, int port, String... settings) {
        String entry = "host=" + host + " port=" + port + " dbname=postgres";
        return with(DATABASE + " = " + entry, settings);
    }

    /** Starts a Weir with these lines of the sections {@code databases} and {@code weir}. */
    public static Rig with(String databases, String... settings) {
        String text =
                """
                [databases]
                %s
                [weir]
                listen_addr = 127.0.0.1
                listen_port = 0
                tcp_defer_accept = 0
                # Scripted servers do not answer SSLRequest.
                server_tls_sslmode = disable
                pool_mode = transaction
                auth_type = trust
                max_client_conn = 2000
                %s
                """
                        .formatted(databases, String.join("\n", settings));
        try {
            Config config = Config.parse("test.ini", text);
            Rig rig = new Rig(Weir.start(config), config);
            rig.errors.begin();
            return rig;
        } catch (ConfigException e) {
            throw new IllegalArgumentException(text, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Weir weir() {
        return weir;
    }

    /** What it was started with. */
    public Config config() {
        return config;
    }

    public int port() {
        return weir.port();
    }

    /** Connects without logging in. */
    public WireClient connect() {
        return WireClient.connect("127.0.0.1", weir.port());
    }

    /** Connects and logs in. */
    public WireClient client() {
        return client(USER, DATABASE);
    }

    public WireClient client(String user, String database) {
        WireClient client = connect();
        try {
            client.login(user, database);
            return client;
        } catch (RuntimeException e) {
            client.close();
            throw e;
        }
    }

    /** Whether ERROR lines are part of the test. */
    public Rig expectErrors() {
        expectsErrors = true;
        return this;
    }

    /** The counts of all pools at this moment. */
    public Readings counts() {
        Readings sum = Readings.ZERO;
        for (Pool pool : weir.pools().all()) {
            for (PoolShard shard : pool.shards()) {
                sum = sum.plus(shard.loop().submit(shard::read).syncUninterruptibly().getNow());
            }
        }
        return sum;
    }

    /** How many connections all pools have, in any state. */
    public int servers() {
        return weir.pools().all().stream().mapToInt(Pool::size).sum();
    }

    public int clients() {
        return weir.pools().all().stream().mapToInt(Pool::clients).sum();
    }

    /** Waits until no connection is used, opened or cleaned, and nobody waits for one. */
    public void awaitIdle() {
        Awaitility.await("all connections idle")
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(10))
                .untilAsserted(() -> {
                    Readings now = counts();
                    Assertions.assertThat(
                                    List.of(
                                            now.get(Metric.WAITING_CLIENTS),
                                            now.get(Metric.SERVERS_ACTIVE),
                                            now.get(Metric.SERVERS_TESTED),
                                            now.get(Metric.SERVERS_CANCELED),
                                            now.get(Metric.SERVERS_DRAINING),
                                            now.get(Metric.SERVERS_OPENING)))
                            .as("waiting, active, tested, cancel held, draining, opening")
                            .containsOnly(0L);
                    Assertions.assertThat(servers()).as("permits taken").isEqualTo(now.servers());
                });
    }

    /** Waits until every client that left was noticed, and all connections are idle. */
    public void awaitEmpty() {
        Awaitility.await("no client")
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> clients() == 0 && weir.reception().clients() == 0);
        awaitIdle();
    }

    /** Shows that an ordinary client is served. */
    public void serves() {
        try (WireClient client = client()) {
            Assertions.assertThat(client.query("select 'still here'"))
                    .extracting(Object::toString)
                    .contains("D still here", "Z I");
        }
    }

    @Override
    public void close() {
        weir.close();
        List<String> unexpected = errors.end();
        if (!expectsErrors) {
            Assertions.assertThat(unexpected).as("lines at level ERROR").isEmpty();
        }
    }

    /** Every line at level ERROR, those about lost buffers included. */
    private static final class Errors extends AppenderBase<ILoggingEvent> {
        private final List<String> lines = new CopyOnWriteArrayList<>();

        void begin() {
            start();
            root().addAppender(this);
        }

        List<String> end() {
            System.gc(); // a lost buffer is noticed when the next one is made after a collection
            root().detachAppender(this);
            stop();
            return lines;
        }

        private static Logger root() {
            return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        }

        @Override
        protected void append(ILoggingEvent event) {
            if (event.getLevel().isGreaterOrEqual(Level.ERROR)) {
                var cause = event.getThrowableProxy();
                lines.add(
                        event.getFormattedMessage()
                                + (cause == null ? "" : "\n" + ThrowableProxyUtil.asString(cause)));
            }
        }
    }
}
