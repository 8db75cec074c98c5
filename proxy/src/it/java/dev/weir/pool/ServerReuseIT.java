package dev.weir.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which idle connection is used again, and what happens to it before: PgBouncer's settings. */
class ServerReuseIT {
    private static final int SERVERS = 3;

    private static String pid(WireClient client) {
        return client.query("select pg_backend_pid()").get(1).row().getFirst();
    }

    /** Opens three connections; returns which ones six queries in a row were given. */
    private static List<String> used(Rig rig) {
        List<WireClient> clients = new ArrayList<>();
        for (int i = 0; i < SERVERS; i++) {
            WireClient client = rig.client();
            client.query("begin");
            clients.add(client);
        }
        clients.forEach(client -> client.query("commit"));
        List<String> pids = new ArrayList<>();
        for (int i = 0; i < 2 * SERVERS; i++) {
            pids.add(pid(clients.getFirst()));
        }
        clients.forEach(WireClient::close);
        return pids;
    }

    @Test
    void theLastOneGivenBackIsUsedFirst() {
        try (Rig rig = Rig.before(Rig.postgres(), "worker_loops = 1")) {
            List<String> used = used(rig);
            assertThat(used).containsOnly(used.getFirst());
        }
    }

    @Test
    void serverRoundRobinUsesThemInTurn() {
        try (Rig rig = Rig.before(Rig.postgres(), "worker_loops = 1", "server_round_robin = 1")) {
            List<String> used = used(rig);
            assertThat(used.subList(0, SERVERS)).doesNotHaveDuplicates();
            assertThat(used.subList(SERVERS, 2 * SERVERS)).isEqualTo(used.subList(0, SERVERS));
        }
    }

    @Test
    void serverResetQueryAlwaysResetsInTransactionModeToo() {
        String reset = "select 'reset of this test'";
        String[] always = {"server_reset_query = " + reset, "server_reset_query_always = 1"};
        try (Rig rig = Rig.before(Rig.postgres(), always)) {
            assertThat(lastQuery(rig)).isEqualTo(reset);
        }
        try (Rig rig = Rig.before(Rig.postgres(), always[0])) {
            assertThat(lastQuery(rig)).isEqualTo("select pg_backend_pid()");
        }
    }

    /** What PostgreSQL ran last on the connection that a client has given back. */
    private static String lastQuery(Rig rig) {
        try (WireClient client = rig.client()) {
            String server = pid(client);
            rig.awaitIdle();
            return Rig.postgres()
                    .queryText("select query from pg_stat_activity where pid = " + server);
        }
    }

    @Test
    void serverFastCloseEndsSessionsOfConnectionsThatMustGo() {
        for (String fast : List.of("0", "1")) {
            try (Rig rig =
                            Rig.before(
                                    Rig.postgres(),
                                    "pool_mode = session",
                                    "admin_users = " + Rig.USER,
                                    "server_fast_close = " + fast);
                    WireClient client = rig.client();
                    WireClient console = rig.client(Rig.USER, "pgbouncer")) {
                client.query("begin");
                console.query("RECONNECT");
                client.query("select 1");
                assertThat(client.query("commit").getFirst().commandTag()).isEqualTo("COMMIT");
                if (fast.equals("0")) {
                    client.query("select 2");
                } else {
                    assertThat(client.read().toString()).contains("database configuration changed");
                }
            }
        }
    }

    @Test
    void disablePqexecRefusesSimpleQueries() {
        try (Rig rig = Rig.before(Rig.postgres(), "disable_pqexec = 1")) {
            try (WireClient client = rig.client()) {
                client.send(
                        Wire.parse("", "select 1"),
                        Wire.bind("", ""),
                        Wire.execute("", 0),
                        Wire.sync());
                assertThat(client.readUntilReady().toString()).contains("SELECT 1");
                client.send(Wire.query("select 1"));
                Message refused = client.read();
                assertThat(refused.toString()).contains("08P01", "PQexec disallowed");
            }
            await().until(() -> rig.clients() == 0);
        }
    }
}
