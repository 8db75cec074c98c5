package dev.weir.observe;

import dev.weir.config.Config;
import dev.weir.config.Database;
import dev.weir.pool.Gate;
import dev.weir.pool.Gates;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects what is known of databases: those that are configured, then others in use. */
final class DatabaseSnapshots {
    private final Map<String, Database> databases = new LinkedHashMap<>();
    private final Map<String, Integer> servers = new HashMap<>();
    private final Map<String, Integer> clients = new HashMap<>();

    DatabaseSnapshots(Config config, List<PoolSnapshot> pools) {
        config.databases().forEach(database -> databases.put(database.name(), database));
        for (PoolSnapshot pool : pools) {
            String name = pool.key().database();
            databases.putIfAbsent(name, pool.database());
            servers.merge(name, pool.servers(), Integer::sum);
            clients.merge(name, pool.clients(), Integer::sum);
        }
    }

    List<DatabaseSnapshot> all(Config config, Gates gates) {
        var all = new ArrayList<DatabaseSnapshot>();
        databases.forEach((name, database) -> {
            String user = database.forcedUser();
            all.add(
                    new DatabaseSnapshot(
                            database,
                            config.poolSettings(database, user == null ? "" : user),
                            servers.getOrDefault(name, 0),
                            clients.getOrDefault(name, 0),
                            gates.own(name).has(Gate.Cause.PAUSE),
                            gates.own(name).has(Gate.Cause.DISABLE)));
        });
        return all;
    }
}
