package dev.weir.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.metrics.Metric;
import dev.weir.pgkit.Link;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.ServerError;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.LogLines;
import dev.weir.support.Rig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** How pools get their connections, how long they keep them, and what they do without. */
class PoolServersIT {
    @Test
    void serverLifetimeEndsAConnection() {
        try (Rig rig = Rig.before(Rig.postgres(), "server_lifetime = 0.5");
                WireClient client = rig.client()) {
            String first = pid(client);
            assertThat(pid(client)).isEqualTo(first);
            Awaitility.await("a new connection").until(() -> !pid(client).equals(first));
        }
    }

    @Test
    void serverLifetimeZeroMeansOneTransactionEach() {
        try (Rig rig = Rig.before(Rig.postgres(), "server_lifetime = 0", "default_pool_size = 1");
                WireClient client = rig.client()) {
            Set<String> pids = new HashSet<>();
            for (int i = 0; i < 5; i++) {
                pids.add(pid(client));
            }
            assertThat(pids).hasSize(5);
        }
    }

    @Test
    void serverIdleTimeoutEndsAnIdleConnection() {
        try (Rig rig = Rig.before(Rig.postgres(), "server_idle_timeout = 0.3");
                WireClient client = rig.client()) {
            client.query("begin");
            assertThat(client.tryRead(Duration.ofSeconds(1))).isNull();
            assertThat(rig.servers()).as("not idle, but in a transaction").isEqualTo(1);
            client.query("commit");
            Awaitility.await("it is closed").until(() -> rig.servers() == 0);
        }
    }

    @Test
    void serverCheckQueryRunsBeforeALongIdleConnectionIsUsed() {
        try (Rig rig =
                        Rig.before(
                                Rig.postgres(),
                                "default_pool_size = 1",
                                "server_check_delay = 0.2",
                                "server_check_query = select set_config('application_name',"
                                        + " 'checked', false)");
                WireClient client = rig.client()) {
            assertThat(name(client)).isNotEqualTo("checked");
            assertThat(client.tryRead(Duration.ofMillis(400))).isNull();
            assertThat(name(client)).isEqualTo("checked");
        }
    }

    @Test
    void aConnectionThatFailsItsCheckIsReplaced() {
        try (Rig rig =
                        Rig.before(
                                Rig.postgres(),
                                "default_pool_size = 1",
                                "server_check_delay = 0.2",
                                "server_check_query = select 1/0");
                WireClient client = rig.client()) {
            String first = pid(client);
            assertThat(client.tryRead(Duration.ofMillis(400))).isNull();
            assertThat(pid(client)).isNotEqualTo(first);
        }
    }

    @Test
    void connectQueryRunsOnceOnEveryConnection() {
        PgNode node = Rig.postgres();
        String entry =
                "app = host=%s port=%d dbname=postgres connect_query='set application_name=greeted'"
                        .formatted(node.host(), node.port());
        try (Rig rig = Rig.with(entry);
                WireClient client = rig.client()) {
            assertThat(name(client)).isEqualTo("greeted");
        }
    }

    @Test
    void aConnectQueryThatFailsIsLoggedAndTheConnectionIsUsed() {
        PgNode node = Rig.postgres();
        String entry =
                "app = host=%s port=%d dbname=postgres connect_query='select 1/0'"
                        .formatted(node.host(), node.port());
        try (LogLines lines = LogLines.begin();
                Rig rig = Rig.with(entry);
                WireClient client = rig.client()) {
            assertThat(client.query("select 1").getLast()).hasToString("Z I");
            assertThat(lines.all()).anyMatch(line -> line.contains("division by zero"));
        }
    }

    @Test
    void queryWaitTimeoutEndsAWaitWithPgBouncersWords() {
        try (Rig rig =
                        Rig.before(
                                Rig.postgres(), "default_pool_size = 1", "query_wait_timeout = 1");
                WireClient holder = rig.client();
                WireClient waiter = rig.client()) {
            holder.query("begin");
            long start = System.nanoTime();
            waiter.send(Wire.query("select 1"));
            assertThat(waiter.read()).hasToString("E 08P01 query_wait_timeout");
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(950), Duration.ofSeconds(3));
            assertThat(waiter.isClosedByPeer()).isTrue();
            assertThat(holder.query("commit")).last().hasToString("Z I");
        }
    }

    @Test
    void clientsOfAServerThatIsDownHearItQuicklyAndThePoolRecoversAlone() {
        PgNode node = Rig.postgres();
        try (Link link = Link.to(node);
                Rig rig = Rig.before(link, "hold = 0", "server_login_retry = 0.5")) {
            link.refuse(true);
            for (int i = 0; i < 3; i++) {
                long start = System.nanoTime();
                assertThatThrownBy(rig::client)
                        .isInstanceOf(ServerError.class)
                        .hasMessageContaining("08006")
                        .hasMessageContaining("failed: Connection refused");
                assertThat(Duration.ofNanos(System.nanoTime() - start))
                        .isLessThan(Duration.ofSeconds(3));
            }
            link.refuse(false);
            Awaitility.await("the pool is back").ignoreExceptions().untilAsserted(rig::serves);
        }
    }

    /** A client that has its session already waits for the server as long as it is told to. */
    @Test
    void aSessionOutlivesNoRestartButThePoolDoes() {
        try (PgCluster cluster = PgCluster.start();
                Rig rig = Rig.before(cluster.primary(), "server_login_retry = 0.2")) {
            rig.serves();
            cluster.primary().restart();
            Awaitility.await("the pool is back").ignoreExceptions().untilAsserted(rig::serves);
        }
    }

    /** Whoever asks after the server has ended an idle connection is not told of that. */
    @Test
    void aConnectionThatEndedInThePoolIsNobodysError() {
        PgNode node = Rig.postgres();
        try (Rig rig = Rig.before(node, "default_pool_size = 1");
                WireClient client = rig.client()) {
            for (int i = 0; i < 20; i++) {
                String pid = pid(client);
                node.execute("select pg_terminate_backend(" + pid + ", 5000)");
                assertThat(pid(client)).isNotEqualTo(pid);
            }
        }
    }

    /** What has reached the server in part is of no use to anybody, and is closed at once. */
    @Test
    void aClientThatLeavesInTheMiddleOfAMessageTakesItsConnectionWithIt() {
        byte[] large = Wire.query("select /*" + "x".repeat(1_000_000) + "*/ 'never'");
        try (Rig rig = Rig.before(Rig.postgres(), "default_pool_size = 1");
                WireClient other = rig.client()) {
            String before = pid(other);
            try (WireClient client = rig.client()) {
                client.send(Arrays.copyOf(large, 600_000));
                Awaitility.await("the rest is missing")
                        .until(() -> rig.counts().get(Metric.SERVERS_ACTIVE) == 1);
                client.reset();
            }
            long start = System.nanoTime();
            assertThat(pid(other)).isNotEqualTo(before);
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isLessThan(Duration.ofSeconds(5));
        }
    }

    @Test
    void aWrongServerPasswordIsNotHammered() {
        try (PgCluster cluster =
                        PgCluster.builder()
                                .hba("host all postgres 127.0.0.1/32 trust")
                                .hba("host all all 127.0.0.1/32 scram-sha-256")
                                .start();
                Link link = Link.to(cluster.primary())) {
            cluster.primary().execute("create role app login password 'right'");
            String entry =
                    "app = host=%s port=%d dbname=postgres user=app password=wrong"
                            .formatted(link.host(), link.port());
            try (Rig rig = Rig.with(entry, "server_login_retry = 30")) {
                for (int i = 0; i < 20; i++) {
                    assertThatThrownBy(rig::client)
                            .hasMessageContaining("28P01")
                            .hasMessageContaining("password authentication failed");
                }
            }
            assertThat(link.accepted()).isLessThanOrEqualTo(2);
        }
    }

    @Test
    void aServerWithoutRoomSaysSoAndIsAskedAgain() {
        try (PgCluster cluster =
                PgCluster.builder()
                        .setting("max_connections", "6")
                        .setting("superuser_reserved_connections", "2")
                        .setting("max_wal_senders", "0")
                        .start()) {
            PgNode node = cluster.primary();
            node.execute("create role app login");
            try (Rig rig = Rig.before(node, "default_pool_size = 10", "server_login_retry = 0.2")) {
                List<WireClient> clients = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    clients.add(rig.client("app", Rig.DATABASE));
                    clients.getLast().query("begin");
                }
                try (WireClient fifth = rig.client("app", Rig.DATABASE)) {
                    // it waits for one of the four rather than fail
                    fifth.send(Wire.query("select 'fifth'"));
                    assertThat(fifth.tryRead(Duration.ofMillis(500))).isNull();
                    clients.getFirst().query("commit");
                    assertThat(fifth.readUntilReady())
                            .extracting(Message::summary)
                            .contains("D fifth");
                }
                clients.forEach(WireClient::close);
            }
            Awaitility.await("the slots are free")
                    .until(() ->
                            node.queryText(
                                            "select count(*) from pg_stat_activity where"
                                                    + " usename = 'app'")
                                    .equals("0"));
            try (WireClient a = node.wire();
                    WireClient b = node.wire();
                    WireClient c = node.wire();
                    WireClient d = node.wire()) {
                for (WireClient client : List.of(a, b, c, d)) {
                    client.login("app", "postgres");
                }
                try (Rig rig = Rig.before(node)) {
                    assertThatThrownBy(() -> rig.client("app", Rig.DATABASE))
                            .hasMessageContaining("53300");
                }
            }
        }
    }

    @Test
    void anUnknownDatabaseOfTheServersIsToldInItsWords() {
        PgNode node = Rig.postgres();
        String entry = "app = host=%s port=%d dbname=nowhere".formatted(node.host(), node.port());
        try (Rig rig = Rig.with(entry)) {
            assertThatThrownBy(rig::client)
                    .hasMessageContaining("3D000")
                    .hasMessageContaining("database \"nowhere\" does not exist");
            assertThatThrownBy(() -> rig.client(Rig.USER, "none"))
                    .hasMessageContaining("3D000")
                    .hasMessageContaining("no such database: none");
        }
    }

    @Test
    void aHostNameThatDoesNotResolveIsNamed() {
        try (Rig rig = Rig.at("weir.invalid", 5432, "hold = 0")) {
            assertThatThrownBy(rig::client)
                    .hasMessageContaining("08006")
                    .hasMessageContaining("weir.invalid");
        }
    }

    @Test
    void aHostThatAcceptsAndSaysNothingTimesOut() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                Rig rig =
                        Rig.at(
                                "127.0.0.1",
                                silent.getLocalPort(),
                                "server_connect_timeout = 1",
                                "hold = 0")) {
            assertThatThrownBy(rig::client)
                    .hasMessageContaining("08006")
                    .hasMessageContaining("server_connect_timeout");
            Awaitility.await("its permit is free").until(() -> rig.servers() == 0);
        }
    }

    @Test
    void hostsOfAListAreUsedInTurn() {
        try (PgCluster cluster = onTwoAddresses();
                Rig rig =
                        Rig.at(
                                "127.0.0.1,127.0.0.2",
                                cluster.primary().port(),
                                "server_lifetime = 0");
                WireClient client = rig.client()) {
            List<String> addresses = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                addresses.add(address(client));
            }
            assertThat(addresses).filteredOn("127.0.0.1"::equals).hasSize(5);
            assertThat(addresses).filteredOn("127.0.0.2"::equals).hasSize(5);
        }
    }

    @Test
    void withoutBalancingTheNextHostOfAListServesOnlyIfTheFirstFails() {
        try (PgCluster cluster = onTwoAddresses()) {
            int port = cluster.primary().port();
            String entry =
                    "app = host=%s port=" + port + " dbname=postgres load_balance_hosts=disable";
            try (Rig rig = Rig.with(entry.formatted("127.0.0.2,127.0.0.1"), "server_lifetime = 0");
                    WireClient client = rig.client()) {
                for (int i = 0; i < 4; i++) {
                    assertThat(address(client)).isEqualTo("127.0.0.2");
                }
            }
            try (Rig rig =
                    Rig.with(
                            entry.formatted("127.0.0.3,127.0.0.1"), // nobody listens on the first
                            "server_login_retry = 0.1")) {
                Awaitility.await("the other serves").ignoreExceptions().untilAsserted(rig::serves);
            }
        }
    }

    private static PgCluster onTwoAddresses() {
        return PgCluster.builder()
                .setting("listen_addresses", "127.0.0.1,127.0.0.2")
                .hba("host all all 127.0.0.0/8 trust")
                .start();
    }

    private static String address(WireClient client) {
        return value(client, "select inet_server_addr()");
    }

    private static String pid(WireClient client) {
        return value(client, "select pg_backend_pid()");
    }

    private static String name(WireClient client) {
        return value(client, "select current_setting('application_name')");
    }

    private static String value(WireClient client, String sql) {
        List<Message> answer = client.query(sql);
        for (Message message : answer) {
            if (message.tag() == 'D') {
                return String.valueOf(message.row().getFirst());
            }
        }
        throw new UncheckedIOException(new IOException(answer.toString()));
    }
}
