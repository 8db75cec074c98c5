package dev.weir.admin;

import dev.weir.config.Config;
import dev.weir.config.Database;
import dev.weir.config.PoolMode;
import dev.weir.config.PoolSettings;
import dev.weir.config.ServerAddress;
import dev.weir.config.Settings;
import dev.weir.config.UserSettings;
import dev.weir.observe.DatabaseSnapshot;
import dev.weir.observe.PoolSnapshot;
import dev.weir.protocol.BackendMessages.Column;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the console shows of configured databases and users. */
final class DatabaseReports {
    private static final List<Column> DATABASES =
            Table.columns(
                    "name, host, port int4, database, force_user, pool_size int4,"
                            + " min_pool_size int4, reserve_pool_size int4, server_lifetime int4,"
                            + " pool_mode, load_balance_hosts, max_connections int4,"
                            + " current_connections int4, max_client_connections int4,"
                            + " current_client_connections int4, paused int4, disabled int4");

    private static final List<Column> USERS =
            Table.columns(
                    "name, pool_size, reserve_pool_size, pool_mode, max_user_connections int4,"
                            + " current_connections int4, max_user_client_connections int4,"
                            + " current_client_connections int4");

    /** What PgBouncer shows for its console, which has no server connections. */
    private static final int CONSOLE_POOL_SIZE = 2;

    private DatabaseReports() {}

    static CompletableFuture<Table> databases(Sources from) {
        Config config = from.control().config();
        return CompletableFuture.completedFuture(
                databaseTable(config, from.snapshots().databases(config), from.consoles().count()));
    }

    static Table databaseTable(Config config, List<DatabaseSnapshot> databases, int consoles) {
        var rows = new ArrayList<Row>();
        databases.forEach(database -> rows.add(database(database)));
        rows.add(console(config, consoles));
        return new Table(DATABASES, rows);
    }

    private static Row database(DatabaseSnapshot snapshot) {
        Database database = snapshot.database();
        PoolSettings settings = snapshot.settings();
        List<ServerAddress> hosts = database.hosts();
        PoolMode mode = database.poolMode();
        return Row.of(
                database.name(),
                hosts(hosts),
                hosts.getFirst().port(),
                database.dbname(),
                database.forcedUser(),
                settings.poolSize(),
                settings.minPoolSize(),
                settings.reservePoolSize(),
                settings.serverLifetime().toSeconds(),
                mode == null ? null : PoolReports.mode(mode),
                PoolReports.loadBalance(database),
                settings.maxDbConnections(),
                snapshot.servers(),
                settings.maxDbClientConnections(),
                snapshot.clients(),
                snapshot.isPaused() ? 1 : 0,
                snapshot.isDisabled() ? 1 : 0);
    }

    /** The hosts, each with its port where they have not all the same, which stands beside it. */
    private static String hosts(List<ServerAddress> hosts) {
        boolean isOnePort = hosts.stream().map(ServerAddress::port).distinct().count() == 1;
        return hosts.stream()
                .map(host -> isOnePort ? host.host() : host.host() + ':' + host.port())
                .collect(Collectors.joining(","));
    }

    private static Row console(Config config, int consoles) {
        return Row.of(
                Consoles.DATABASE,
                null,
                config.get(Settings.LISTEN_PORT),
                Consoles.DATABASE,
                Consoles.DATABASE,
                CONSOLE_POOL_SIZE,
                0,
                0,
                config.get(Settings.SERVER_LIFETIME).toSeconds(),
                PoolReports.mode(PoolMode.STATEMENT),
                null,
                0,
                0,
                0,
                consoles,
                0,
                0);
    }

    static CompletableFuture<Table> users(Sources from) {
        Config config = from.control().config();
        Collection<String> known = from.control().users().names();
        return from.snapshots()
                .clientsByUser()
                .thenApply(ofPools -> {
                    var clients = new HashMap<>(ofPools);
                    from.consoles().countIn(clients);
                    return userTable(config, known, from.snapshots().pools(), clients);
                });
    }

    /**
     * Users, whether they have an entry, a secret or clients.
     *
     * @param known who has a secret
     * @param clients how many each user has
     */
    static Table userTable(
            Config config,
            Collection<String> known,
            List<PoolSnapshot> pools,
            Map<String, Integer> clients) {
        var names = new TreeSet<>(known);
        names.add(Consoles.DATABASE); // PgBouncer's console has a user of its own
        config.users().forEach(user -> names.add(user.name()));
        names.addAll(clients.keySet());
        var servers = new HashMap<String, Integer>();
        for (PoolSnapshot pool : pools) {
            servers.merge(pool.key().user(), pool.servers(), Integer::sum);
        }
        var rows = new ArrayList<Row>();
        for (String name : names) {
            int connections = servers.getOrDefault(name, 0);
            rows.add(user(config, name, connections, clients.getOrDefault(name, 0)));
        }
        return new Table(USERS, rows);
    }

    private static Row user(Config config, String name, int servers, int clients) {
        UserSettings own = config.user(name);
        PoolMode mode = own == null ? null : own.poolMode();
        Integer serversMax = own == null ? null : own.maxUserConnections();
        Integer clientsMax = own == null ? null : own.maxUserClientConnections();
        return Row.of(
                name,
                padded(own == null ? null : own.poolSize()),
                padded(own == null ? null : own.reservePoolSize()),
                mode == null ? null : PoolReports.mode(mode),
                serversMax == null ? config.get(Settings.MAX_USER_CONNECTIONS) : serversMax,
                servers,
                clientsMax == null ? config.get(Settings.MAX_USER_CLIENT_CONNECTIONS) : clientsMax,
                clients);
    }

    /** In the format in which PgBouncer prints these two. */
    private static String padded(@Nullable Integer value) {
        return value == null ? "" : String.format(Locale.ROOT, "%9d", value);
    }
}
