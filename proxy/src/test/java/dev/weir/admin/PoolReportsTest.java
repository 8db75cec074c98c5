package dev.weir.admin;

import static dev.weir.admin.Examples.CONFIG;
import static dev.weir.admin.Examples.busy;
import static dev.weir.admin.Examples.database;
import static dev.weir.admin.Examples.pool;
import static dev.weir.admin.Rendered.record;
import static dev.weir.admin.Rendered.rows;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.metrics.Readings;
import dev.weir.net.HostNames;
import dev.weir.observe.DatabaseSnapshot;
import dev.weir.observe.LoopSnapshot;
import dev.weir.observe.PoolSnapshot;
import dev.weir.observe.ShardSnapshot;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What SHOW says of hand-made pools, databases, users and loops. */
@NullMarked
final class PoolReportsTest {
    private static final PoolSnapshot APP = pool("app", "worker", 10, 22);
    private static final PoolSnapshot OLD = pool("old", "legacy", 1, 3);

    @Test
    void showsAPoolWithAllItsShards() {
        List<ShardSnapshot> shards =
                List.of(
                        new ShardSnapshot(APP, 0, busy()),
                        new ShardSnapshot(APP, 1, Readings.ZERO),
                        new ShardSnapshot(OLD, 0, Readings.ZERO));
        Table table = PoolReports.poolTable(shards, 2);

        assertThat(table.rows()).hasSize(3);
        assertThat(record(table, 0))
                .isEqualTo(
                        """
                        database: app
                        user: worker
                        cl_active: 8
                        cl_waiting: 2
                        cl_active_cancel_req: 7
                        cl_waiting_cancel_req: 0
                        sv_active: 5
                        sv_active_cancel: 7
                        sv_being_canceled: 4
                        sv_idle: 3
                        sv_used: 1
                        sv_tested: 3
                        sv_login: 6
                        maxwait: 3
                        maxwait_us: 250
                        pool_mode: transaction
                        load_balance_hosts: round-robin
                        """);
        assertThat(rows(table).get(1))
                .isEqualTo("old|legacy|1|0|0|0|0|0|0|0|0|0|0|0|0|transaction|NULL");
        assertThat(rows(table).get(2))
                .isEqualTo("pgbouncer|pgbouncer|2|0|0|0|0|0|0|0|0|0|0|0|0|statement|NULL");
    }

    @Test
    void addsUpWhatShardsHaveAndTakesTheLongestWait() {
        List<ShardSnapshot> shards =
                List.of(new ShardSnapshot(APP, 0, busy()), new ShardSnapshot(APP, 1, busy()));

        assertThat(record(PoolReports.poolTable(shards, 0), 0))
                .contains("cl_active: 6\n", "cl_waiting: 4\n", "sv_idle: 6\n", "maxwait: 3\n");
    }

    @Test
    void clientsThatLeftMeanwhileAreNotCountedBelowNone() {
        var shard = new ShardSnapshot(pool("app", "worker", 1, 0), 0, busy());

        assertThat(record(PoolReports.poolTable(List.of(shard), 0), 0))
                .contains("cl_active: 0\n", "cl_waiting: 2\n");
    }

    @Test
    void showsPreparedStatementsOfEachShard() {
        List<ShardSnapshot> shards =
                List.of(
                        new ShardSnapshot(APP, 0, busy()),
                        new ShardSnapshot(APP, 1, Readings.ZERO));

        assertThat(rows(PoolReports.preparedTable(shards)))
                .containsExactly("app|worker|0|11|12|16", "app|worker|1|0|0|0");
    }

    @Test
    void showsDatabases() {
        List<DatabaseSnapshot> databases =
                List.of(
                        new DatabaseSnapshot(
                                database("app"),
                                CONFIG.poolSettings(database("app"), ""),
                                22,
                                10,
                                true,
                                false),
                        new DatabaseSnapshot(
                                database("old"),
                                CONFIG.poolSettings(database("old"), "legacy"),
                                3,
                                1,
                                false,
                                true));

        assertThat(rows(DatabaseReports.databaseTable(CONFIG, databases, 2)))
                .containsExactly(
                        "app|10.0.0.5,10.0.0.6|5433|main|NULL|30|0|0|3600|NULL|round-robin|0|22|0"
                                + "|10|1|0",
                        "old|/run/postgresql|5432|old|legacy|20|0|0|3600|session|NULL|0|3|0|1|0|1",
                        "pgbouncer|NULL|6543|pgbouncer|pgbouncer|2|0|0|3600|statement|NULL|0|0|0|2"
                                + "|0|0");
    }

    @Test
    void showsUsersWithASecretAnEntryOrClients() {
        Table table =
                DatabaseReports.userTable(
                        CONFIG, List.of("worker"), List.of(APP, OLD), Map.of("bob", 4));

        assertThat(rows(table))
                .containsExactly(
                        "alice|        7||NULL|9|0|0|0",
                        "bob|||NULL|0|0|0|4",
                        "pgbouncer|||NULL|0|0|0|0",
                        "worker|||NULL|0|22|0|0");
    }

    @Test
    void showsLists() {
        List<HostNames.Known> hosts = List.of(new HostNames.Known("pg1", 10, List.of(), true));

        assertThat(rows(ProcessReports.listTable(CONFIG, 5, List.of(APP, OLD), 2, 3, hosts)))
                .containsExactly(
                        "databases|3",
                        "users|6",
                        "peers|1",
                        "pools|3",
                        "peer_pools|1",
                        "free_clients|0",
                        "used_clients|13",
                        "login_clients|3",
                        "free_servers|0",
                        "used_servers|25",
                        "dns_names|1",
                        "dns_zones|0",
                        "dns_queries|1",
                        "dns_pending|1");
    }

    @Test
    void showsHostsByName() {
        List<HostNames.Known> hosts =
                List.of(
                        new HostNames.Known("pg2", 7, List.of(), false),
                        new HostNames.Known(
                                "pg1",
                                15,
                                List.of(
                                        InetAddress.ofLiteral("10.0.0.5"),
                                        InetAddress.ofLiteral("10.0.0.6")),
                                false));

        assertThat(rows(ProcessReports.hostTable(hosts)))
                .containsExactly("pg1|15|10.0.0.5:0,10.0.0.6:0", "pg2|7|");
    }

    @Test
    void showsLoops() {
        List<LoopSnapshot> loops =
                List.of(
                        new LoopSnapshot(0, "epoll", 3, 9, 1, busy()),
                        new LoopSnapshot(1, "epoll", 0, 0, 0, Readings.ZERO));

        assertThat(rows(ProcessReports.loopTable(loops)))
                .containsExactly(
                        "0|epoll|3|9|16|2|1|800|1000|5000|70000", "1|epoll|0|0|0|0|0|0|0|0|0");
    }
}
