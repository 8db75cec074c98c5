package dev.weir.admin;

import static dev.weir.admin.Answers.row;
import static dev.weir.admin.Answers.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.SharedPostgres;
import dev.weir.support.WeirFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SHOW, as exporters and operators know it from PgBouncer 1.25. */
final class ColumnsIT {
    private static final Map<Integer, String> TYPES =
            Map.of(25, "s", 23, "i", 20, "q", 1700, "N", 17, "b");

    private static final String SOCKETS =
            "type s, user s, database s, replication s, state s, addr s, port i, local_addr s,"
                + " local_port i, connect_time s, request_time s, wait i, wait_us i, close_needed"
                + " i, ptr s, link s, remote_pid i, tls s, application_name s, prepared_statements"
                + " i, id i";

    @TempDir private static Path directory;
    private static WeirFile weir;

    @BeforeAll
    static void start() {
        PgNode node = SharedPostgres.node();
        String entry =
                "host=127.0.0.1 port=%d dbname=postgres user=postgres password=postgres"
                        .formatted(node.port());
        weir =
                WeirFile.start(
                        directory,
                        "app = " + entry + "\n[peers]\n3 = host=10.0.0.9 pool_size=4",
                        "stats_period = 0.3");
    }

    @AfterAll
    static void stop() {
        if (weir != null) {
            weir.close();
        }
    }

    private static List<Message> show(String topic) {
        try (WireClient console = weir.console()) {
            return console.query("SHOW " + topic);
        }
    }

    // --- columns --------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            strings = {
                "STATS: database s, total_server_assignment_count N, total_xact_count N,"
                    + " total_query_count N, total_received N, total_sent N, total_xact_time N,"
                    + " total_query_time N, total_wait_time N, total_client_parse_count N,"
                    + " total_server_parse_count N, total_bind_count N, total_client_login_count N,"
                    + " avg_server_assignment_count N, avg_xact_count N, avg_query_count N,"
                    + " avg_recv N, avg_sent N, avg_xact_time N, avg_query_time N, avg_wait_time N,"
                    + " avg_client_parse_count N, avg_server_parse_count N, avg_bind_count N,"
                    + " avg_client_login_count N",
                "STATS_TOTALS: database s, server_assignment_count N, xact_count N, query_count N,"
                        + " bytes_received N, bytes_sent N, xact_time N, query_time N, wait_time N,"
                        + " client_parse_count N, server_parse_count N, bind_count N,"
                        + " client_login_count N",
                "STATS_AVERAGES: database s, server_assignment_count N, xact_count N, query_count"
                    + " N, bytes_received N, bytes_sent N, xact_time N, query_time N, wait_time N,"
                    + " avg_client_parse_count N, avg_server_parse_count N, avg_bind_count N,"
                    + " avg_client_login_count N",
                "TOTALS: name s, value N",
                "CLIENTS: " + SOCKETS,
                "SERVERS: " + SOCKETS,
                "SOCKETS: "
                        + SOCKETS
                        + ", recv_pos i, pkt_pos i, pkt_remain i, send_pos i, send_remain i,"
                        + " pkt_avail i, send_avail i",
                "ACTIVE_SOCKETS: "
                        + SOCKETS
                        + ", recv_pos i, pkt_pos i, pkt_remain i, send_pos i, send_remain i,"
                        + " pkt_avail i, send_avail i",
                "POOLS: database s, user s, cl_active i, cl_waiting i, cl_active_cancel_req i,"
                    + " cl_waiting_cancel_req i, sv_active i, sv_active_cancel i, sv_being_canceled"
                    + " i, sv_idle i, sv_used i, sv_tested i, sv_login i, maxwait i, maxwait_us i,"
                    + " pool_mode s, load_balance_hosts s",
                "PEER_POOLS: peer_id i, cl_active_cancel_req i, cl_waiting_cancel_req i,"
                        + " sv_active_cancel i, sv_login i",
                "LISTS: list s, items i",
                "USERS: name s, pool_size s, reserve_pool_size s, pool_mode s, max_user_connections"
                        + " i, current_connections i, max_user_client_connections i,"
                        + " current_client_connections i",
                "DATABASES: name s, host s, port i, database s, force_user s, pool_size i,"
                        + " min_pool_size i, reserve_pool_size i, server_lifetime i, pool_mode s,"
                        + " load_balance_hosts s, max_connections i, current_connections i,"
                        + " max_client_connections i, current_client_connections i, paused i,"
                        + " disabled i",
                "PEERS: peer_id i, host s, port i, pool_size i",
                "CONFIG: key s, value s, default s, changeable s",
                "MEM: name s, size i, used i, free i, memtotal i",
                "DNS_HOSTS: hostname s, ttl q, addrs s",
                "DNS_ZONES: zonename s, serial q, count i",
                "FDS: fd i, task s, user s, database s, addr s, port i, cancel q, link i,"
                        + " client_encoding s, std_strings s, datestyle s, timezone s, password s,"
                        + " scram_client_key b, scram_server_key b",
                "STATE: key s, value s",
                "VERSION: version s",
            })
    void hasPgBouncersColumnsInOrderWithTheirTypes(String expected) {
        String[] topic = expected.split(": ", 2);
        assertThat(described(show(topic[0]))).isEqualTo(topic[1]);
        assertThat(show(topic[0])).last().extracting(Message::tag).isEqualTo('Z');
    }

    private static String described(List<Message> answer) {
        var columns = new ArrayList<String>();
        var in = ByteBuffer.wrap(answer.getFirst().body());
        int count = in.getShort();
        for (int i = 0; i < count; i++) {
            var name = new StringBuilder();
            for (byte b = in.get(); b != 0; b = in.get()) {
                name.append((char) b);
            }
            in.getInt();
            in.getShort();
            int type = in.getInt();
            in.position(in.position() + 8);
            columns.add(name + " " + TYPES.getOrDefault(type, String.valueOf(type)));
        }
        return String.join(", ", columns);
    }

    @Test
    void listsTheSameThingsAsPgBouncer() {
        assertThat(names("LISTS", "list"))
                .containsExactly(
                        "databases",
                        "users",
                        "peers",
                        "pools",
                        "peer_pools",
                        "free_clients",
                        "used_clients",
                        "login_clients",
                        "free_servers",
                        "used_servers",
                        "dns_names",
                        "dns_zones",
                        "dns_queries",
                        "dns_pending");
        assertThat(names("STATE", "key")).containsExactly("active", "paused", "suspended");
        assertThat(names("TOTALS", "name"))
                .startsWith("total_server_assignment_count", "total_xact_count")
                .contains("total_client_bytes", "total_ps_bind_count", "avg_wait_time")
                .hasSize(24);
        assertThat(names("CONFIG", "key"))
                .startsWith("admin_users", "application_name_add_host", "auth_dbname")
                .endsWith("unix_socket_mode", "user", "verbose")
                .doesNotContain("login_notify_message", "worker_loops");
    }

    private static List<String> names(String topic, String column) {
        var names = new ArrayList<String>();
        for (Map<String, String> row : rows(show(topic))) {
            names.add(row.getOrDefault(column, ""));
        }
        return names;
    }

    // --- values ---------------------------------------------------------------------------------

    @Test
    void countsWorkAndItsTime() {
        try (WireClient client = weir.client("one", "app")) {
            client.query("SELECT pg_sleep(0.05)");
            client.query("BEGIN");
            client.query("SELECT pg_sleep(0.05)");
            client.query("COMMIT");
            client.send(
                    Wire.parse("a", "SELECT 1"),
                    Wire.bind("", "a"),
                    Wire.execute("", 0),
                    Wire.sync());
            client.readUntilReady();
            client.send(Wire.bind("", "a"), Wire.execute("", 0), Wire.sync());
            client.readUntilReady();
            await().untilAsserted(() -> {
                Map<String, String> stats = row(show("STATS"), "database", "app");
                assertThat(stats)
                        .containsEntry("total_xact_count", "4")
                        .containsEntry("total_query_count", "6")
                        .containsEntry("total_client_parse_count", "1")
                        .containsEntry("total_server_parse_count", "1")
                        .containsEntry("total_bind_count", "2");
                assertThat(number(stats, "total_query_time")).isBetween(90_000L, 20_000_000L);
                assertThat(number(stats, "total_xact_time"))
                        .isGreaterThanOrEqualTo(number(stats, "total_query_time"));
                assertThat(number(stats, "total_received")).isPositive();
                assertThat(number(stats, "total_sent"))
                        .isGreaterThan(number(stats, "total_received"));
            });
        }
    }

    @Test
    void averagesOverThePeriod() {
        try (WireClient client = weir.client("two", "app");
                WireClient console = weir.console()) {
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> {
                        client.query("SELECT 1");
                        assertThat(
                                        number(
                                                row(
                                                        console.query("SHOW STATS_AVERAGES"),
                                                        "database",
                                                        "app"),
                                                "query_count"))
                                .isPositive();
                    });
            // when nothing was done for two periods, nothing is left of it
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() ->
                            assertThat(row(console.query("SHOW STATS_AVERAGES"), "database", "app"))
                                    .containsEntry("query_count", "0")
                                    .containsEntry("query_time", "0"));
        }
    }

    @Test
    void countsTransactionsOfAPipelineAndOfASession() {
        try (WireClient client = weir.client("three", "app")) {
            long before = number(row(show("STATS"), "database", "app"), "total_xact_count");
            client.query(
                    "DECLARE c CURSOR WITH HOLD FOR SELECT 1"); // pinned: what follows is one lease
            client.send(Wire.query("SELECT 1"), Wire.query("SELECT 2"), Wire.query("SELECT 3"));
            client.readUntilReady(3);
            await().untilAsserted(() ->
                    assertThat(number(row(show("STATS"), "database", "app"), "total_xact_count"))
                            .isEqualTo(before + 4));
            client.query("CLOSE c");
        }
    }

    @Test
    void showsClientsThatDoNothingAsIdleAndThoseOfTheConsoleToo() {
        try (WireClient client = weir.client("four", "app");
                WireClient console = weir.console()) {
            client.query("SELECT 1");
            List<Message> clients = console.query("SHOW CLIENTS");
            assertThat(row(clients, "user", "four")).containsEntry("state", "idle");
            assertThat(row(clients, "database", "pgbouncer")).containsEntry("state", "idle");
            assertThat(row(console.query("SHOW SOCKETS"), "user", "four"))
                    .containsEntry("state", "cl_active");
            client.query("BEGIN");
            assertThat(row(console.query("SHOW CLIENTS"), "user", "four"))
                    .containsEntry("state", "active");
            client.query("COMMIT");
        }
    }

    @Test
    void showsPeers() {
        assertThat(row(show("PEERS"), "peer_id", "3"))
                .containsEntry("host", "10.0.0.9")
                .containsEntry("port", "6432")
                .containsEntry("pool_size", "4");
    }

    private static long number(Map<String, String> row, String column) {
        return Long.parseLong(row.getOrDefault(column, "-1"));
    }
}
