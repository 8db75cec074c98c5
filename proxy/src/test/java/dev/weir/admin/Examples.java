package dev.weir.admin;

import static dev.weir.admin.Rendered.nanosAgo;

import dev.weir.backend.ConnectionSnapshot;
import dev.weir.backend.ParameterSet;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.Database;
import dev.weir.config.PoolMode;
import dev.weir.metrics.LoopMeters;
import dev.weir.metrics.Metric;
import dev.weir.metrics.Readings;
import dev.weir.net.SocketSnapshot;
import dev.weir.observe.PoolSnapshot;
import dev.weir.observe.ServerSnapshot;
import dev.weir.pool.LeaseSnapshot;
import dev.weir.pool.PoolKey;
import dev.weir.session.ClientSnapshot;
import dev.weir.session.PinReason;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** Hand-made snapshots of a process that never ran. */
@NullMarked
final class Examples {
    private static final String FILE =
            """
            [databases]
            app = host=10.0.0.5,10.0.0.6 port=5433 dbname=main pool_size=30
            old = host=/run/postgresql pool_mode=session user=legacy
            [users]
            alice = pool_size=7 max_user_connections=9
            [pgbouncer]
            listen_port = 6543
            default_pool_size = 20
            [peers]
            2 = host=10.0.0.7 port=6543
            """;

    static final Config CONFIG = config();

    /** Works on the server connection {@link #LEASED}. */
    static final ClientSnapshot ACTIVE =
            new ClientSnapshot(
                    17,
                    "alice",
                    "app",
                    "worker",
                    null,
                    "active",
                    new SocketSnapshot(address(40000), address(6543), 31, "TLSv1.3/X", 12, 0),
                    "billing",
                    reported(),
                    new ClientSnapshot.Times(
                            nanosAgo(60), nanosAgo(2), 0, 2_000_000_000, 5_000_000_000L),
                    new ClientSnapshot.Server(4, 4711, 52),
                    3,
                    "read",
                    List.of(PinReason.LISTEN, PinReason.ADVISORY_LOCK),
                    List.of("jobs", "news"),
                    nanosAgo(30));

    static final ClientSnapshot WAITING =
            new ClientSnapshot(
                    18,
                    "bob",
                    "app",
                    "worker",
                    null,
                    "waiting",
                    new SocketSnapshot(address(40001), address(6543), 32, "", 0, 0),
                    "",
                    ParameterSet.EMPTY,
                    new ClientSnapshot.Times(
                            nanosAgo(10), nanosAgo(1), 1_250_000_000, 1_250_000_000, 0),
                    null,
                    0,
                    null,
                    List.of(),
                    List.of(),
                    0);

    static final ClientSnapshot REPLICATION =
            new ClientSnapshot(
                    5,
                    "standby",
                    "app",
                    "standby",
                    "true",
                    "active",
                    new SocketSnapshot(address(40002), address(6543), 33, "", 0, 0),
                    "",
                    ParameterSet.EMPTY,
                    new ClientSnapshot.Times(nanosAgo(600), nanosAgo(600), 0, 0, 0),
                    new ClientSnapshot.Server(6, 4713, 54),
                    0,
                    null,
                    List.of(),
                    List.of(),
                    0);

    static final ServerSnapshot LEASED = server(4, 4711, "active", "billing", null, ACTIVE);
    static final ServerSnapshot IDLE = server(5, 4712, "idle", "", null, null);
    static final ServerSnapshot REPLICATING = server(6, 4713, "active", "", "true", REPLICATION);

    private Examples() {}

    private static Config config() {
        try {
            return Config.parse("weir.ini", FILE);
        } catch (ConfigException e) {
            throw new AssertionError(e);
        }
    }

    private static SocketAddress address(int port) {
        return new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), port);
    }

    private static ParameterSet reported() {
        return ParameterSet.of(
                Map.of(
                        "client_encoding", "UTF8",
                        "standard_conforming_strings", "on",
                        "DateStyle", "ISO, MDY",
                        "TimeZone", "Europe/Berlin"));
    }

    private static ServerSnapshot server(
            long id,
            int processId,
            String state,
            String applicationName,
            @Nullable String replication,
            @Nullable ClientSnapshot holder) {
        var connection =
                new ConnectionSnapshot(
                        id,
                        processId,
                        replication,
                        new SocketSnapshot(address(5433), address(50000), 52, "", 0, 7),
                        applicationName,
                        reported(),
                        nanosAgo(3_000),
                        false,
                        2);
        var lease = new LeaseSnapshot(key("app", "worker", -1), connection, state, nanosAgo(20));
        return new ServerSnapshot(lease, holder);
    }

    static PoolKey key(String database, String user, int node) {
        return new PoolKey(database, user, node);
    }

    static Database database(String name) {
        return Objects.requireNonNull(CONFIG.database(name));
    }

    static PoolSnapshot pool(String database, String user, int clients, int servers) {
        return new PoolSnapshot(
                key(database, user, -1),
                database(database),
                PoolMode.TRANSACTION,
                0,
                clients,
                servers);
    }

    /** Of a shard with connections in all states. */
    static Readings busy() {
        var meters = new LoopMeters();
        meters.add(Metric.LEASES, 900);
        meters.add(Metric.TRANSACTIONS, 800);
        meters.add(Metric.QUERIES, 1_000);
        meters.add(Metric.BYTES_RECEIVED, 5_000);
        meters.add(Metric.BYTES_SENT, 70_000);
        meters.set(Metric.WAITING_CLIENTS, 2);
        meters.set(Metric.OLDEST_WAIT, 3_000_250_000L);
        meters.set(Metric.SERVERS_ACTIVE, 5);
        meters.set(Metric.SERVERS_IDLE, 3);
        meters.set(Metric.SERVERS_USED, 1);
        meters.set(Metric.SERVERS_TESTED, 2);
        meters.set(Metric.SERVERS_DRAINING, 1);
        meters.set(Metric.SERVERS_CANCELED, 4);
        meters.set(Metric.SERVERS_OPENING, 6);
        meters.set(Metric.CANCELS, 7);
        meters.set(Metric.CLIENT_STATEMENTS, 11);
        meters.set(Metric.SERVER_STATEMENTS, 12);
        return meters.read();
    }
}
