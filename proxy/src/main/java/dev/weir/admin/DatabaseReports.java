package dev.weir.admin;

import dev.weir.config.Config;
import dev.weir.config.Database;
import dev.weir.config.PoolMode;
import dev.weir.config.PoolSettings;
import dev.weir.config.ServerAddress;
import dev.weir.config.Settings;
import dev.weir.config.UserSettings;
import dev.weir.pool.ClientPool;
import dev.weir.pool.Gate;
import dev.weir.protocol.BackendMessages.Column;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
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

    /** PgBouncer says so of its console, which has no server connections. */
    private static final int CONSOLE_POOL_SIZE = 2;

    private DatabaseReports() {}

    static CompletableFuture<Table> databases(Survey survey) {
        Config config = survey.control().config();
        Map<String, Database> all = new LinkedHashMap<>();
        config.databases().forEach(database -> all.put(database.name(), database));
        var servers = new HashMap<String, Integer>();
        var clients = new HashMap<String, Integer>();
        for (ClientPool pool : survey.pools()) {
            String name = pool.key().database();
            all.putIfAbsent(name, pool.database());
            servers.merge(name, pool.size(), Integer::sum);
            clients.merge(name, pool.clients(), Integer::sum);
        }
        var rows = new ArrayList<Row>();
        for (Database database : all.values()) {
            String name = database.name();
            rows.add(
                    database(
                            survey,
                            database,
                            servers.getOrDefault(name, 0),
                            clients.getOrDefault(name, 0)));
        }
        rows.add(console(config, survey.consoles()));
        return CompletableFuture.completedFuture(new Table(DATABASES, rows));
    }

    private static Row database(Survey survey, Database database, int servers, int clients) {
        Config config = survey.control().config();
        String user = database.forcedUser();
        PoolSettings settings = config.poolSettings(database, user == null ? "" : user);
        List<ServerAddress> hosts = database.hosts();
        PoolMode mode = database.poolMode();
        return Row.of(
                database.name(),
                hosts.stream().map(ServerAddress::host).collect(Collectors.joining(",")),
                hosts.getFirst().port(),
                database.dbname(),
                user,
                settings.poolSize(),
                settings.minPoolSize(),
                settings.reservePoolSize(),
                settings.serverLifetime().toSeconds(),
                mode == null ? null : PoolReports.mode(mode),
                PoolReports.loadBalance(database),
                settings.maxDbConnections(),
                servers,
                settings.maxDbClientConnections(),
                clients,
                survey.gates().own(database.name()).has(Gate.Cause.PAUSE) ? 1 : 0,
                survey.gates().own(database.name()).has(Gate.Cause.DISABLE) ? 1 : 0);
    }

    private static Row console(Config config, int consoles) {
        return Row.of(
                ConsoleService.NAME,
                null,
                config.get(Settings.LISTEN_PORT),
                ConsoleService.NAME,
                ConsoleService.NAME,
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

    static CompletableFuture<Table> users(Survey survey) {
        return survey.ofLoops(loop -> survey.count(loop, session -> session.hello().user()))
                .thenApply(parts -> {
                    var clients = new HashMap<String, Integer>();
                    for (Map<String, Integer> part : parts) {
                        part.forEach((user, n) -> clients.merge(user, n, Integer::sum));
                    }
                    return users(survey, clients);
                });
    }

    private static Table users(Survey survey, Map<String, Integer> clients) {
        Config config = survey.control().config();
        var names = new TreeSet<>(survey.control().users().names());
        config.users().forEach(user -> names.add(user.name()));
        names.addAll(clients.keySet());
        var servers = new HashMap<String, Integer>();
        for (ClientPool pool : survey.pools()) {
            servers.merge(pool.key().user(), pool.size(), Integer::sum);
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

    /** As PgBouncer prints these two. */
    private static String padded(@Nullable Integer value) {
        return value == null ? "" : String.format(Locale.ROOT, "%9d", value);
    }
}
