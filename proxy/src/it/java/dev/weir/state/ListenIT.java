package dev.weir.state;

import static dev.weir.pgkit.Wire.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.admin.Answers;
import dev.weir.metrics.Limit;
import dev.weir.metrics.Metric;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** LISTEN by the connection that a pool shares. What is said to one client is in ListenCorpus. */
final class ListenIT {
    private static final Duration SOON = Duration.ofSeconds(10);

    private static Rig rig(String... settings) {
        var lines = new ArrayList<>(List.of("admin_users = " + Rig.USER, "default_pool_size = 2"));
        lines.addAll(List.of(settings));
        return Rig.before(Rig.postgres(), lines.toArray(String[]::new));
    }

    private static WireClient console(Rig rig) {
        return rig.client(Rig.USER, "pgbouncer");
    }

    private static List<String> ask(WireClient client, String sql) {
        client.send(query(sql));
        return client.summaries();
    }

    private static String heard(WireClient client) {
        Message message = client.tryRead(SOON);
        return message == null ? "nothing" : message.summary();
    }

    private static List<Map<String, String>> listeningServers(WireClient console) {
        return Answers.rows(console.query("SHOW SERVERS")).stream()
                .filter(row -> "listening".equals(row.get("state")))
                .toList();
    }

    private static List<String> states(WireClient console) {
        return Answers.rows(console.query("SHOW SERVERS")).stream()
                .map(row -> String.valueOf(row.get("state")))
                .filter(state -> !state.equals("idle"))
                .toList();
    }

    private static String pid(WireClient console) {
        return String.valueOf(listeningServers(console).getFirst().get("remote_pid"));
    }

    @Test
    void manyListenByOneConnection() {
        int many = Rig.SOAK ? 1_000 : 60;
        try (Rig rig = rig("default_pool_size = 1", "max_pinned = 0");
                WireClient console = console(rig)) {
            List<WireClient> clients = new ArrayList<>();
            for (int i = 0; i < many; i++) {
                WireClient client = rig.client();
                clients.add(client);
                assertThat(ask(client, "listen all_of_them; listen one_" + i))
                        .containsExactly("C LISTEN", "C LISTEN", "Z I");
            }
            WireClient speaker = rig.client();
            for (int i = 0; i < 20; i++) {
                ask(speaker, "notify all_of_them, '" + i + "'; notify one_" + i + ", 'yours'");
            }
            for (int client = 0; client < many; client++) {
                for (int i = 0; i < 20; i++) {
                    assertThat(heard(clients.get(client))).isEqualTo("A all_of_them " + i);
                    if (i == client) {
                        assertThat(heard(clients.get(client))).isEqualTo("A one_" + i + " yours");
                    }
                }
            }
            assertThat(listeningServers(console)).hasSize(1);
            assertThat(rig.servers()).isEqualTo(1);
            assertThat(Answers.rows(console.query("SHOW PINS"))).isEmpty();
            clients.forEach(WireClient::close);
            speaker.close();
        }
    }

    @Test
    void theConsoleTellsWhoListensOnWhat() {
        try (Rig rig = rig();
                WireClient console = console(rig);
                WireClient client = rig.client()) {
            ask(client, "listen news; listen \"größe\"");
            await().untilAsserted(() ->
                    assertThat(Answers.row(console.query("SHOW SESSIONS"), "database", "app"))
                            .containsEntry("channels", "größe,news")
                            .containsEntry("pins", "")
                            .containsEntry("server", "NULL"));
            ask(client, "unlisten news");
            assertThat(Answers.row(console.query("SHOW SESSIONS"), "database", "app"))
                    .containsEntry("channels", "größe");
        }
    }

    @Test
    void nobodyListensForAClientThatIsGone() {
        try (Rig rig = rig("default_pool_size = 1");
                WireClient other = rig.client()) {
            try (WireClient client = rig.client()) {
                ask(client, "listen news");
                client.reset();
            }
            ask(other, "listen quiet");
            ask(other, "notify news, 'nobody'");
            assertThat(ask(other, "select pg_listening_channels()")).contains("C SELECT 0");
            assertThat(ask(other, "notify quiet")).containsExactly("C NOTIFY", "A quiet ", "Z I");
        }
    }

    @Test
    void aLostConnectionIsToldAndListensAgain() {
        try (Rig rig = rig();
                WireClient console = console(rig);
                WireClient idle = rig.client();
                WireClient busy = rig.client();
                WireClient speaker = rig.client()) {
            ask(idle, "listen news");
            ask(busy, "listen news; listen more");
            ask(busy, "begin");
            await().until(() -> listeningServers(console).size() == 1);
            Rig.postgres().execute("select pg_terminate_backend(" + pid(console) + ", 5000)");
            assertThat(heard(idle)).startsWith("N 00000 the connection that listens was lost");
            ask(speaker, "notify news, 'again'; notify more, 'too'");
            assertThat(heard(idle)).isEqualTo("A news again");
            assertThat(ask(busy, "select 1")).doesNotContain("A news again");
            assertThat(ask(busy, "commit"))
                    .filteredOn(one -> one.startsWith("A ") || one.startsWith("N "))
                    .satisfiesExactly(
                            notice -> assertThat(notice).startsWith("N 00000 the connection"),
                            one -> assertThat(one).isEqualTo("A news again"),
                            two -> assertThat(two).isEqualTo("A more too"));
        }
    }

    @Test
    void itIsReplacedAtReconnectAndClosedWhilePaused() {
        try (Rig rig = rig();
                WireClient console = console(rig);
                WireClient client = rig.client();
                WireClient speaker = rig.client()) {
            ask(client, "listen news");
            // Until the shared connection hears all, the client keeps its own.
            await().until(() -> states(console).equals(List.of("listening")));
            String before = pid(console);
            console.query("RECONNECT");
            assertThat(heard(client)).startsWith("N ");
            assertThat(pid(console)).isNotEqualTo(before);
            console.query("PAUSE");
            assertThat(listeningServers(console)).isEmpty();
            console.query("RESUME");
            assertThat(heard(client)).startsWith("N ");
            ask(speaker, "notify news, 'on'");
            assertThat(heard(client)).isEqualTo("A news on");
        }
    }

    @Test
    void whoTakesNoNotificationsIsClosed() {
        try (Rig rig = rig("max_client_notification_memory = 100 kB");
                WireClient deaf = rig.client();
                WireClient other = rig.client();
                WireClient speaker = rig.client()) {
            ask(deaf, "listen news");
            ask(other, "listen news");
            ask(deaf, "begin");
            ask(
                    speaker,
                    "select count(pg_notify('news', repeat('x', 7000) || i))"
                            + " from generate_series(1, 20) i");
            Message end = deaf.read();
            assertThat(end.sqlState()).isEqualTo("53200");
            assertThat(end.errorMessage()).contains("max_client_notification_memory = 102400");
            assertThat(deaf.isClosedByPeer()).isTrue();
            for (int i = 1; i <= 20; i++) {
                assertThat(heard(other)).endsWith("xxx" + i);
            }
        }
    }

    @Test
    void aClientListensOnSoManyChannels() {
        try (Rig rig = rig("max_client_channels = 100");
                WireClient other = rig.client();
                WireClient client = rig.client()) {
            ask(other, "listen c7");
            String channels =
                    "do 'begin for i in 1..%d loop execute ''listen c'' || i; end loop; end'";
            ask(client, channels.formatted(100));
            ask(client, "unlisten c1; listen c1");
            ask(client, "begin; listen one_more; rollback");
            assertThat(ask(client, "select 1")).contains("D 1");
            client.send(query(channels.formatted(5_000)));
            Message end = client.read();
            while (end.tag() != 'E') {
                end = client.read();
            }
            assertThat(end.sqlState()).isEqualTo("54000");
            assertThat(end.errorMessage()).contains("(max_client_channels = 100)");
            assertThat(client.isClosedByPeer()).isTrue();
            ask(other, "notify c7, 'still'");
            assertThat(ask(other, "unlisten *")).contains("C UNLISTEN");
            var meters = rig.weir().pools().allowance().meters();
            assertThat(meters.most(Limit.CLIENT_CHANNELS)).isEqualTo(100);
            assertThat(meters.refusals(Limit.CLIENT_CHANNELS)).isEqualTo(1);
        }
    }

    @Test
    void whereNoConnectionCanBeSharedEachKeepsItsOwn() {
        try (Rig rig = rig("max_db_connections = 2", "max_pinned = 1");
                WireClient console = console(rig);
                WireClient one = rig.client();
                WireClient two = rig.client()) {
            ask(one, "begin");
            ask(two, "begin"); // there are two connections, and may not be more
            ask(one, "listen news");
            ask(one, "commit");
            ask(two, "commit");
            await().untilAsserted(() ->
                    assertThat(Answers.rows(console.query("SHOW PINS")))
                            .singleElement()
                            .satisfies(pin -> assertThat(pin).containsEntry("reasons", "LISTEN")));
            ask(two, "notify news, 'hello'");
            assertThat(heard(one)).isEqualTo("A news hello");
            assertThat(ask(one, "notify news, 'own'"))
                    .containsExactly("C NOTIFY", "A news own", "Z I");
            ask(one, "unlisten *");
            await().untilAsserted(
                            () -> assertThat(Answers.rows(console.query("SHOW PINS"))).isEmpty());
        }
    }

    @Test
    void withPinEachKeepsItsOwn() {
        try (Rig rig = rig("listen = pin");
                WireClient console = console(rig);
                WireClient one = rig.client();
                WireClient two = rig.client()) {
            ask(one, "listen news");
            await().untilAsserted(
                            () -> assertThat(Answers.rows(console.query("SHOW PINS"))).hasSize(1));
            ask(two, "notify news, 'hello'");
            assertThat(heard(one)).isEqualTo("A news hello");
            one.send(query("notify news, 'own'"));
            List<Message> answer = one.readUntilReady();
            Message own =
                    answer.stream().filter(each -> each.tag() == 'A').findFirst().orElseThrow();
            assertThat(ByteBuffer.wrap(own.body()).getInt()).isEqualTo(one.processId());
            assertThat(listeningServers(console)).isEmpty();
        }
    }

    @Test
    void twoEncodingsHaveAConnectionEach() {
        try (Rig rig = rig();
                WireClient console = console(rig);
                WireClient utf8 = rig.client();
                WireClient latin1 = rig.client(Map.of("client_encoding", "LATIN1"))) {
            ask(utf8, "listen news");
            ask(latin1, "listen news");
            await().until(() -> listeningServers(console).size() == 2);
            ask(utf8, "notify news, 'ü'");
            Message heard = latin1.tryRead(SOON);
            assertThat(heard).isNotNull();
            assertThat(heard.body()).endsWith(new byte[] {0, (byte) 0xfc, 0});
        }
    }

    /** Each notification reaches each listener once, in order, also while it begins to listen. */
    @Test
    void nothingIsLostOrDoubledWhileClientsBeginToListen() {
        int rounds = Rig.SOAK ? 2_000 : 60;
        try (Rig rig = rig("default_pool_size = 3");
                WireClient speaker = rig.client();
                WireClient listener = rig.client()) {
            int said = 0;
            for (int round = 0; round < rounds; round++) {
                int first = said;
                for (int i = 0; i < 5; i++) {
                    speaker.send(query("notify news, '" + said++ + "'"));
                }
                List<String> answers = ask(listener, "listen news");
                speaker.readUntilReady(5);
                speaker.send(query("notify news, '" + said++ + "'"));
                speaker.readUntilReady();
                List<Integer> heard = numbers(answers);
                while (heard.isEmpty() || heard.getLast() < said - 1) {
                    heard.add(number(heard(listener)));
                }
                for (int i = 0; i < heard.size(); i++) {
                    assertThat(heard.get(i)).as("%s", heard).isEqualTo(said - heard.size() + i);
                }
                assertThat(heard.getFirst()).isGreaterThanOrEqualTo(first);
                assertThat(numbers(ask(listener, "unlisten news"))).isEmpty();
            }
        }
    }

    private static List<Integer> numbers(List<String> answers) {
        List<Integer> numbers = new ArrayList<>();
        for (String each : answers) {
            if (each.startsWith("A ")) {
                numbers.add(number(each));
            }
        }
        return numbers;
    }

    private static int number(String heard) {
        assertThat(heard).startsWith("A news ");
        return Integer.parseInt(heard.substring("A news ".length()));
    }

    @Test
    void aDriverGetsItsNotifications() throws SQLException {
        try (Rig rig = rig();
                Connection connection = jdbc(rig);
                Connection other = jdbc(rig);
                Statement statement = connection.createStatement();
                Statement speaker = other.createStatement()) {
            statement.execute("listen news");
            speaker.execute("notify news, 'one'");
            PGConnection pg = connection.unwrap(PGConnection.class);
            PGNotification[] heard = pg.getNotifications((int) SOON.toMillis());
            assertThat(heard).hasSize(1);
            assertThat(heard[0].getName()).isEqualTo("news");
            assertThat(heard[0].getParameter()).isEqualTo("one");
            assertThat(heard[0].getPID()).isNotEqualTo(pg.getBackendPID());
            connection.setAutoCommit(false);
            statement.execute("notify news, 'own'");
            connection.commit();
            PGNotification[] own = pg.getNotifications();
            assertThat(own).hasSize(1);
            assertThat(own[0].getPID()).isEqualTo(pg.getBackendPID());
            statement.execute("unlisten news");
            connection.commit();
            speaker.execute("notify news, 'two'");
            statement.execute("select 1");
            connection.commit();
            assertThat(pg.getNotifications()).isEmpty();
        }
    }

    private static Connection jdbc(Rig rig) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + rig.port() + "/app?sslmode=disable", Rig.USER, "");
    }

    @Test
    void aListenerThatLeavesWithItsRequestIsCleanedUp() {
        try (Rig rig = rig("default_pool_size = 1");
                WireClient other = rig.client()) {
            for (int i = 0; i < 20; i++) {
                WireClient client = rig.client();
                client.send(query("listen news"), Wire.terminate());
                client.close();
            }
            assertThat(ask(other, "select pg_listening_channels()")).contains("C SELECT 0");
            ask(other, "listen news");
            assertThat(ask(other, "notify news")).containsExactly("C NOTIFY", "A news ", "Z I");
            rig.awaitCounts(now -> assertThat(now.get(Metric.WAITING_CLIENTS)).isZero());
        }
    }
}
