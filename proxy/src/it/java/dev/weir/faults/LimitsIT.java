package dev.weir.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.metrics.Limit;
import dev.weir.metrics.LimitMeters;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.pool.Allowance;
import dev.weir.support.Rig;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What one client can make grow: each thing has a limit with a name, beyond which that client is
 * told so, and nobody else notices.
 */
@NullMarked
@Timeout(120)
final class LimitsIT {
    private static Rig rig(String... settings) {
        return Rig.before(Rig.postgres(), settings);
    }

    private static Allowance allowance(Rig rig) {
        return rig.weir().pools().allowance();
    }

    private static LimitMeters meters(Rig rig) {
        return allowance(rig).meters();
    }

    private static Message prepare(WireClient client, String name, String sql) {
        client.send(Wire.parse(name, sql), Wire.sync());
        Message first = client.read();
        if (first.tag() == '1') {
            client.readUntilReady();
        }
        return first;
    }

    /** Prepares until refused, at most so often; returns the refusal. */
    private static Message prepareOn(WireClient client, int most, String sql) {
        for (int i = 0; i < most; i++) {
            Message answer = prepare(client, "s" + i, sql.formatted(i));
            if (answer.tag() == 'E') {
                return answer;
            }
        }
        throw new AssertionError("never refused");
    }

    private static void assertRefused(Message answer, String sqlState, String text) {
        assertThat(answer.fields())
                .containsEntry('S', "FATAL")
                .containsEntry('C', sqlState)
                .containsEntry('M', text)
                .hasEntrySatisfying('H', hint -> assertThat(hint).contains("raise max_"));
    }

    @Test
    void theConsoleShowsThem() {
        try (Rig rig = rig("max_client_statements = 3", "admin_users = " + Rig.USER);
                WireClient console = rig.client(Rig.USER, "pgbouncer");
                WireClient client = rig.client()) {
            prepare(client, "one", "select 1");
            prepare(client, "two", "select 2");
            client.query("set app.tenant = '7'");
            try (WireClient greedy = rig.client()) {
                prepareOn(greedy, 10, "select %d");
            }
            List<String> rows =
                    console.query("show limits").stream()
                            .filter(message -> message.tag() == 'D')
                            .map(message -> String.join(" ", message.row()))
                            .toList();
            assertThat(rows)
                    .hasSize(Limit.values().length)
                    .contains("max_client_statements client 3 2 3 1")
                    .anyMatch(row -> row.matches("max_client_conn process 2000 [12] [23] 0"))
                    .anyMatch(row -> row.matches("max_client_parameters client 500 1 1 0"))
                    .anyMatch(row -> row.matches("max_statement_memory process [0-9]{8,} .*"))
                    .anyMatch(row -> row.matches("max_buffer_memory process [0-9]{8,} 0 .*"));
        }
    }

    // --- statements -----------------------------------------------------------------------------

    @Test
    void aClientHasSoManyStatements() {
        try (Rig rig = rig("max_client_statements = 3");
                WireClient other = rig.client()) {
            prepare(other, "mine", "select 'mine'");
            try (WireClient client = rig.client()) {
                Message refused = prepareOn(client, 10, "select %d");
                assertRefused(
                        refused,
                        "54000",
                        "too many prepared statements of one client (max_client_statements = 3)");
                assertThat(client.isClosedByPeer()).isTrue();
            }
            assertThat(meters(rig).most(Limit.CLIENT_STATEMENTS)).isEqualTo(3);
            assertThat(meters(rig).refusals(Limit.CLIENT_STATEMENTS)).isEqualTo(1);
            assertThat(prepare(other, "another", "select 2").tag()).isEqualTo('1');
        }
    }

    /**
     * A statement that servers have seen already is prepared without one: it counts all the same.
     */
    @Test
    void aKnownStatementCountsToo() {
        try (Rig rig = rig("max_client_statements = 3");
                WireClient other = rig.client();
                WireClient client = rig.client()) {
            prepare(other, "mine", "select 'known'");
            other.send(Wire.bind("", "mine"), Wire.execute("", 0), Wire.sync());
            other.readUntilReady();
            Message refused = prepareOn(client, 10, "select 'known'");
            assertThat(refused.sqlState()).isEqualTo("54000");
        }
    }

    @Test
    void whatIsClosedCountsNoMore() {
        try (Rig rig = rig("max_client_statements = 3");
                WireClient client = rig.client()) {
            for (int i = 0; i < 20; i++) {
                assertThat(prepare(client, "s", "select " + i).tag()).isEqualTo('1');
                client.send(Wire.closeStatement("s"), Wire.sync());
                client.readUntilReady();
            }
            List<byte[]> pipelined = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                pipelined.add(Wire.parse("s", "select " + i));
                pipelined.add(Wire.closeStatement("s"));
            }
            pipelined.add(Wire.sync());
            client.send(pipelined.toArray(byte[][]::new));
            assertThat(client.readUntilReady()).noneMatch(answer -> answer.tag() == 'E');
            client.query("discard all");
            assertThat(prepare(client, "s", "select 1").tag()).isEqualTo('1');
        }
    }

    @Test
    void theirMemoryIsLimited() {
        try (Rig rig = rig("max_client_statement_memory = 100 kB");
                WireClient client = rig.client()) {
            Message refused = prepareOn(client, 200, "select '" + "x".repeat(1_000) + "%d'");
            assertRefused(
                    refused,
                    "53200",
                    "prepared statements of one client take too much memory"
                            + " (max_client_statement_memory = 102400 bytes)");
            assertThat(meters(rig).most(Limit.CLIENT_STATEMENT_MEMORY))
                    .isBetween(90_000L, 102_400L);
        }
    }

    /** Whoever has few statements gets them, even if others have filled the memory for all. */
    @Test
    void theMemoryOfAllClientsIsLimited() {
        try (Rig rig = rig("max_statement_memory = 400 kB", "max_client_conn = 50");
                WireClient other = rig.client()) {
            List<WireClient> greedy = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                greedy.add(rig.client());
            }
            Message refused = null;
            for (int i = 0; refused == null; i++) {
                String sql = "select '" + "x".repeat(1_000) + i + "'";
                Message answer = prepare(greedy.get(i % greedy.size()), "s" + i, sql);
                refused = answer.tag() == 'E' ? answer : null;
            }
            assertRefused(
                    refused,
                    "53200",
                    "prepared statements of all clients take too much memory"
                            + " (max_statement_memory = 409600 bytes)");
            for (int i = 0; i < 3; i++) {
                assertThat(prepare(other, "s" + i, "select " + i).tag()).isEqualTo('1');
            }
            greedy.forEach(WireClient::close);
            await().until(() -> rig.clients() == 1);
            assertThat(allowance(rig).statements().used()).isLessThan(400 * 1024);
        }
    }

    // --- settings -------------------------------------------------------------------------------

    @Test
    void aClientHasSoManySettings() {
        try (Rig rig = rig("max_client_parameters = 5");
                WireClient client = rig.client()) {
            for (int i = 0; i < 5; i++) {
                client.query("set app.s" + i + " = '1'");
            }
            client.query("set app.s0 = '2'");
            client.send(Wire.query("set app.s5 = '1'"));
            assertRefused(
                    client.read(),
                    "54000",
                    "too many settings of one client (max_client_parameters = 5)");
        }
        try (Rig rig = rig("max_client_parameters = 5");
                WireClient client = rig.client()) {
            client.send(Wire.parse("", "select set_config($1, 'x', false)"));
            for (int i = 0; i < 6; i++) {
                client.send(Wire.bind("", "", "app.s" + i), Wire.execute("", 0));
            }
            client.send(Wire.sync());
            Message answer = client.read();
            while (answer.tag() != 'E') {
                answer = client.read();
            }
            assertThat(answer.sqlState()).isEqualTo("54000");
        }
    }

    /** Large ones are not kept: their client keeps the connection that has them. */
    @Test
    void largeSettingsStayOnTheirConnection() {
        try (Rig rig = rig("max_client_parameter_memory = 10 kB", "default_pool_size = 2");
                WireClient client = rig.client();
                WireClient other = rig.client()) {
            client.query("set app.large = '" + "x".repeat(20_000) + "'");
            for (int i = 0; i < 3; i++) {
                other.query("select 1");
                assertThat(client.query("select length(current_setting('app.large'))").toString())
                        .contains("D 20000");
            }
            assertThat(meters(rig).refusals(Limit.CLIENT_PARAMETER_MEMORY)).isPositive();
            assertThat(other.query("select current_setting('app.large', true)").toString())
                    .doesNotContain("xxx");
        }
    }

    /** Settings and channels of all clients count together, with their statements. */
    @Test
    void settingsAndChannelsOfAllTakeSoMuch() {
        try (Rig rig = rig("max_statement_memory = 1 MB", "default_pool_size = 4");
                WireClient other = rig.client()) {
            List<WireClient> greedy = new ArrayList<>();
            Message refused = null;
            for (int i = 0; refused == null && i < 200; i++) {
                WireClient client = rig.client();
                greedy.add(client);
                String more =
                        i % 2 == 0
                                ? "set app.x%d = '" + i + "x".repeat(8_000) + "'"
                                : listens(100, "c" + i + "_%d_");
                for (int k = 0; refused == null && k < 5; k++) {
                    client.send(Wire.query(more.replace("%d", "" + k)));
                    Message answer = client.read();
                    refused = answer.tag() == 'E' ? answer : null;
                    if (refused == null) {
                        client.readUntilReady();
                    }
                }
            }
            assertThat(refused).isNotNull();
            assertRefused(
                    refused,
                    "53200",
                    "settings and channels of all clients take too much memory"
                            + " (max_statement_memory = 1048576 bytes)");
            assertThat(meters(rig).refusals(Limit.STATEMENT_MEMORY)).isPositive();
            other.query("set app.mine = 'small'");
            assertThat(other.query("show app.mine").toString()).contains("D small");
            greedy.forEach(WireClient::close);
            await().untilAsserted(() -> assertThat(allowance(rig).statements().used()).isZero());
        }
    }

    private static String listens(int count, String name) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add("listen " + name + i);
        }
        return String.join(";", all);
    }

    // --- requests -------------------------------------------------------------------------------

    @Test
    void aClientIsReadNoFurtherThanSoManyRequests() {
        try (Rig rig = rig("max_client_requests = 64");
                WireClient client = rig.client()) {
            List<byte[]> pipelined = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                pipelined.add(Wire.parse("", "select " + i));
                pipelined.add(Wire.bind("", ""));
                pipelined.add(Wire.execute("", 0));
            }
            pipelined.add(Wire.sync());
            client.send(pipelined.toArray(byte[][]::new));
            assertThat(client.readUntilReady().stream().filter(answer -> answer.tag() == 'D'))
                    .hasSize(500);
            assertThat(meters(rig).refusals(Limit.CLIENT_REQUESTS)).isPositive();
        }
    }

    // --- buffers --------------------------------------------------------------------------------

    /**
     * Clients that wait with large requests are told once there is no more memory for them; others
     * are not, and what is left is given back.
     */
    @Test
    void waitingClientsHoldSoMuch() {
        try (Rig rig = rig("max_buffer_memory = 1 MB", "default_pool_size = 1");
                WireClient holder = rig.client();
                WireClient small = rig.client()) {
            List<WireClient> large = new ArrayList<>();
            byte[] request =
                    Wire.concat(
                            Wire.parse("", "select length($1)"),
                            Wire.bind("", "", "x".repeat(120_000)),
                            Wire.execute("", 0),
                            Wire.sync());
            for (int i = 0; i < 100; i++) {
                WireClient client = rig.client();
                client.send(request); // the next read will be as large
                assertThat(client.readUntilReady().toString()).contains("D 120000");
                large.add(client);
            }
            holder.query("begin");
            large.forEach(client -> client.send(request));
            await().untilAsserted(() ->
                    assertThat(meters(rig).refusals(Limit.BUFFER_MEMORY)).isPositive());
            small.send(Wire.query("select 'small'"));
            holder.query("commit");
            assertThat(small.readUntilReady().toString()).contains("D small");

            int refused = 0;
            for (WireClient client : large) {
                List<Message> answers = client.readUntilReady();
                Message first = answers.getFirst();
                if (first.tag() == 'E') {
                    refused++;
                    assertThat(first.fields())
                            .containsEntry('S', "ERROR")
                            .containsEntry('C', "53200")
                            .hasEntrySatisfying(
                                    'M',
                                    text ->
                                            assertThat(text)
                                                    .contains(
                                                            "(max_buffer_memory = 1048576 bytes)"));
                } else {
                    assertThat(answers.toString()).contains("D 120000");
                }
                assertThat(client.query("select 'alive'").toString()).contains("D alive");
                client.close();
            }
            assertThat(refused).isEqualTo((int) meters(rig).refusals(Limit.BUFFER_MEMORY));
            assertThat(refused).isBetween(1, 95);
            assertThat(meters(rig).most(Limit.BUFFER_MEMORY)).isLessThan(2 << 20);
            await().untilAsserted(() -> assertThat(allowance(rig).buffers().used()).isZero());
        }
    }

    /** Answers that clients do not read count, too, and stop their servers. */
    @Test
    void answersThatNobodyReadsAreHeldBack() {
        try (Rig rig = rig("max_buffer_memory = 1 MB", "default_pool_size = 20")) {
            List<WireClient> slow = new ArrayList<>();
            for (int i = 0; i < 15; i++) {
                WireClient client = rig.client();
                client.send(Wire.query("select repeat('x', 1000000) from generate_series(1, 20)"));
                slow.add(client);
            }
            await().untilAsserted(() ->
                    assertThat(meters(rig).most(Limit.BUFFER_MEMORY)).isGreaterThan(1 << 20));
            rig.serves();
            for (WireClient client : slow) {
                assertThat(client.readUntilReady().stream().filter(answer -> answer.tag() == 'D'))
                        .hasSize(20);
                client.close();
            }
            await().untilAsserted(() -> assertThat(allowance(rig).buffers().used()).isZero());
        }
    }

    /** So do notifications that wait: their listeners go, and who notifies notices nothing. */
    @Test
    void notificationsThatWaitAreHeldBack() {
        try (Rig rig = rig("max_buffer_memory = 1 MB");
                WireClient notifier = rig.client()) {
            List<WireClient> listeners = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                WireClient client = rig.client();
                client.query("listen news");
                client.query("begin");
                listeners.add(client);
            }
            for (int i = 0; i < 60; i++) {
                assertThat(notifier.query("select pg_notify('news', repeat('x', 7900))"))
                        .noneMatch(answer -> answer.tag() == 'E');
            }
            await().untilAsserted(() ->
                    assertThat(meters(rig).refusals(Limit.BUFFER_MEMORY)).isPositive());
            assertThat(meters(rig).most(Limit.BUFFER_MEMORY)).isLessThan(2 << 20);
            assertThat(meters(rig).refusals(Limit.CLIENT_NOTIFICATION_MEMORY)).isZero();
            int left = 0;
            for (WireClient listener : listeners) {
                listener.send(Wire.query("commit"));
                Message answer = listener.read();
                if (answer.tag() == 'E') {
                    assertRefused(
                            answer,
                            "53200",
                            "no memory for notifications that wait for a client that does not take"
                                    + " them (max_buffer_memory = 1048576 bytes)");
                } else {
                    left++;
                }
                listener.close();
            }
            assertThat(left).isBetween(1, 9);
            await().untilAsserted(() -> assertThat(allowance(rig).buffers().used()).isZero());
        }
    }

    // --- the console ----------------------------------------------------------------------------

    /** What it answers is not kept until a Sync that may never come. */
    @Test
    void aConsoleIsAnsweredBeforeItsSync() {
        try (Rig rig = rig("admin_users = " + Rig.USER);
                WireClient console = rig.client(Rig.USER, "pgbouncer")) {
            List<byte[]> pipelined = new ArrayList<>(List.of(Wire.parse("", "show config")));
            for (int i = 0; i < 500; i++) {
                pipelined.add(Wire.bind("", ""));
                pipelined.add(Wire.execute("", 0));
            }
            console.send(pipelined.toArray(byte[][]::new));
            for (Message answer = console.read(); answer.tag() != 'C'; answer = console.read()) {}
            console.send(Wire.sync());
            assertThat(console.readUntilReady()).noneMatch(answer -> answer.tag() == 'E');
        }
    }

    @Test
    void aConsoleKeepsSoMuch() {
        try (Rig rig = rig("admin_users = " + Rig.USER);
                WireClient console = rig.client(Rig.USER, "pgbouncer")) {
            String text = "show lists" + " ".repeat(60_000);
            List<String> refused = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                Message answer = prepare(console, "s" + i, text);
                refused.add(answer.tag() == 'E' ? answer.sqlState() : "");
                if (answer.tag() == 'E') {
                    console.readUntilReady();
                }
            }
            assertThat(refused).startsWith("", "").endsWith("54000");
            for (int i = 0; i < 30; i++) {
                console.send(Wire.closeStatement("s0"), Wire.sync());
                console.readUntilReady();
                assertThat(prepare(console, "s0", text).tag()).isEqualTo('1');
            }
            List<byte[]> portals = new ArrayList<>();
            for (int i = 0; i < 33; i++) {
                portals.add(Wire.bind("p" + i, "s0"));
            }
            portals.add(Wire.sync());
            console.send(portals.toArray(byte[][]::new));
            List<Message> answers = console.readUntilReady();
            assertThat(answers).hasSize(34);
            assertThat(answers.get(31).tag()).isEqualTo('2');
            assertThat(answers.get(32).sqlState()).isEqualTo("54000");
        }
    }
}
