package dev.weir.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Weir says of where transactions went, or would go. */
final class ExplanationIT {
    private static Routes routes;

    @BeforeAll
    static void start(@TempDir Path directory) {
        String session =
                "auto_session = user=postgres password=postgres route=auto pool_mode=session";
        routes = Routes.start(directory, 1, "SELECT 1", List.of(session));
    }

    @AfterAll
    static void stop() {
        routes.close();
    }

    private static List<List<String>> rows(List<Message> answer) {
        return answer.stream()
                .filter(m -> m.tag() == 'D')
                .map(m -> m.row().stream().map(String::valueOf).toList())
                .toList();
    }

    private static List<List<String>> ask(String command) {
        try (WireClient console = routes.console()) {
            return rows(console.query(command));
        }
    }

    /** Steps and findings of one database. */
    private static Map<String, String> explained(String database, String sql) {
        return ask("EXPLAIN ROUTE " + sql).stream()
                .filter(row -> row.getFirst().equals(database))
                .collect(
                        Collectors.toMap(
                                row -> row.get(1),
                                row -> row.get(2) + " | " + row.get(3),
                                (a, b) -> a + " / " + b));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '`',
            value = {
                "auto # SELECT on_replica() # read | # replica | # may be read",
                "auto # SELECT 1 FROM t FOR UPDATE # locks rows | by \"FOR\" # primary | # primary",
                "auto # INSERT INTO t VALUES (1) # writes | by \"INSERT\" # primary | # primary",
                "auto # SELECT nextval('s') # of no effect on a replica | by \"nextval\" # primary"
                        + " | # primary",
                "auto # SELECT nowhere() # calls nowhere | volatile # primary | # primary",
                "explicit # SELECT 1 # read | # primary | Nothing says # primary",
                "explicit # BEGIN READ ONLY # begin read only # replica | # may be read",
                "auto # /* weir: route=primary */ SELECT 1 # read # primary | A comment # primary",
                "replica # SELECT 1 # read # replica | # may be read",
                "replica # SELECT pg_advisory_lock(1) # of no effect on a replica | by # primary |"
                        + " # primary"
            })
    void explainsATextStepByStep(
            String database, String sql, String text, String decision, String node) {
        Map<String, String> steps = explained(database, sql);
        assertThat(steps.get("text")).as("text").contains(text);
        assertThat(steps.get("decision")).as("decision").startsWith(decision);
        assertThat(steps.get("node")).as("node").contains(node);
    }

    /** In a client's own session, with what that has set and where it stands. */
    @Test
    void explainsInASession() {
        try (WireClient client = routes.client("auto")) {
            assertThat(rows(client.query("EXPLAIN ROUTE SELECT on_replica()")))
                    .contains(
                            List.of("decision", "replica", Reason.READ.sentence()),
                            List.of("reason", "read", "null"));
            client.query("SET weir.route = explicit");
            assertThat(rows(client.query("explain route select 'it''s'")))
                    .contains(List.of("reason", "may_write", Reason.MAY_WRITE.remedy()));
            client.query("BEGIN");
            client.query("SELECT 1/0");
            assertThat(client.query("EXPLAIN ROUTE SELECT 1").getFirst().sqlState())
                    .isEqualTo("25P02");
            client.query("ROLLBACK");
            assertThat(client.query("EXPLAIN ROUTE").getFirst().sqlState()).isEqualTo("42601");
        }
    }

    /** As drivers ask: through a Parse, named or not, with what the server says of its columns. */
    @ParameterizedTest
    @CsvSource({
        "auto,'',read",
        "auto,named,read",
        "auto_session,'',session_mode",
        "auto_session,named,session_mode"
    })
    void explainsInASessionToDrivers(String database, String name, String reason) {
        try (WireClient client = routes.client(database)) {
            for (int i = 0; i < 2; i++) {
                client.send(
                        Wire.concat(
                                Wire.parse(name, "  Explain\n ROUTE SELECT on_replica() "),
                                Wire.describeStatement(name),
                                Wire.bind("", name),
                                Wire.execute("", 0),
                                Wire.closeStatement(name),
                                Wire.sync()));
                List<Message> answer = client.readUntilReady();
                assertThat(answer.stream().map(Message::tag)).contains('t', 'T', '2');
                assertThat(rows(answer))
                        .extracting(row -> row.subList(0, 2))
                        .contains(List.of("reason", reason));
            }
            assertThat(rows(client.query("SELECT 41 + 1"))).containsExactly(List.of("42"));
        }
    }

    /** What was parsed once answers each Bind, on whatever connection it comes to. */
    @Test
    void keepsAnAnswerThatWasPrepared() {
        try (WireClient client = routes.client("auto");
                WireClient other = routes.client("auto")) {
            client.send(Wire.concat(Wire.parse("q", "EXPLAIN ROUTE SELECT 1"), Wire.sync()));
            client.readUntilReady();
            client.send(Wire.concat(Wire.parse("", "EXPLAIN ROUTE SELECT 2"), Wire.sync()));
            client.readUntilReady();
            other.send(Wire.concat(Wire.parse("", "SELECT 3"), Wire.sync()));
            other.readUntilReady();
            for (String name : List.of("", "q")) {
                client.send(Wire.concat(Wire.bind("", name), Wire.execute("", 0), Wire.sync()));
                assertThat(rows(client.readUntilReady()).getFirst())
                        .as(name)
                        .startsWith("text", "read");
            }
        }
    }

    @Test
    void saysNothingOfWhatIsAboutItself() {
        try (WireClient client = routes.client("auto")) {
            client.query("SET weir.explain = on");
            assertThat(notices(client.query("SHOW weir.node"))).isEmpty();
            assertThat(notices(client.query("EXPLAIN ROUTE SELECT 1"))).isEmpty();
            assertThat(notices(client.query("SET weir.explain = on"))).isEmpty();
            Message notice = client.query("SELECT nowhere()").getFirst();
            assertThat(notice.errorMessage()).contains(" (primary): function: ", "[nowhere]");
            assertThat(notice.fields()).containsEntry('H', Reason.FUNCTION.remedy());
            assertThat(notices(client.query("SELECT on_replica()")))
                    .singleElement()
                    .asString()
                    .contains(" (replica): read: ");
        }
    }

    @Test
    void explainsNothingWhereNothingIsRouted() {
        assertThat(ask("EXPLAIN ROUTE SELECT 1"))
                .extracting(List::getFirst)
                .contains("auto", "explicit")
                .doesNotContain("plain");
    }

    @Test
    void countsByNodeAndReason() {
        long before = count("explicit", Reason.READ_ONLY_TRANSACTION);
        try (WireClient client = routes.client("explicit")) {
            for (int i = 0; i < 3; i++) {
                client.query("BEGIN READ ONLY");
                client.query("SELECT 1");
                client.query("COMMIT");
            }
        }
        assertThat(count("explicit", Reason.READ_ONLY_TRANSACTION)).isEqualTo(before + 3);
    }

    @Test
    void countsEachTransactionOfAPinnedSession() {
        long pinned = count("auto", Reason.PINNED);
        long writes = count("auto", Reason.WRITES);
        try (WireClient client = routes.client("auto")) {
            client.query("SET weir.explain = on");
            client.query("SELECT pg_advisory_lock(4711)");
            Message notice = client.query("SELECT 1 FROM t LIMIT 1").getFirst();
            assertThat(notice.errorMessage()).contains(Reason.PINNED.sentence());
            assertThat(notice.fields().get('H'))
                    .startsWith(
                            "Pinned: it holds an advisory lock of its session (until"
                                    + " pg_advisory_unlock_all()). Since ");
            for (int i = 0; i < 3; i++) {
                Routes.assertFine(client.query("UPDATE t SET b = b + 1 WHERE a = 2"));
            }
            client.query("SELECT pg_advisory_unlock_all()");
        }
        assertThat(count("auto", Reason.PINNED)).isEqualTo(pinned + 1);
        assertThat(count("auto", Reason.WRITES)).isEqualTo(writes + 3);
    }

    @Test
    void showsWhereTheLastTransactionRan() {
        try (WireClient client = routes.client("auto")) {
            routes.isReplica(client.query("SELECT on_replica()"));
            assertThat(rows(client.query("SHOW weir.node")))
                    .containsExactly(List.of(address(routes.replica(0))));
            Routes.assertFine(client.query("UPDATE t SET b = b + 1 WHERE a = 3"));
            assertThat(rows(client.query("SHOW weir.node")))
                    .containsExactly(List.of(address(routes.primary())));
        }
    }

    private static String address(PgNode node) {
        return node.host() + ":" + node.port();
    }

    private static List<String> notices(List<Message> answer) {
        return answer.stream().filter(m -> m.tag() == 'N').map(Message::errorMessage).toList();
    }

    private static long count(String database, Reason reason) {
        return ask("SHOW ROUTES").stream()
                .filter(row -> row.getFirst().equals(database) && row.get(3).equals(reason.word()))
                .mapToLong(row -> Long.parseLong(row.get(4)))
                .sum();
    }

    @Test
    void tellsTheClientWhatReplicasLack() {
        routes.replica(0).pauseReplay();
        try (WireClient client = routes.client("auto")) {
            client.query("SET weir.explain = on");
            Routes.assertFine(client.query("UPDATE t SET b = b + 1 WHERE a = 1"));
            assertThat(notices(client.query("SELECT b FROM t WHERE a = 1")))
                    .singleElement()
                    .asString()
                    .startsWith("route: " + routes.primary().host())
                    .containsAnyOf(Reason.OWN_WRITE.sentence(), Reason.WRITE_IN_FLIGHT.sentence());
        } finally {
            routes.replica(0).resumeReplay();
        }
    }
}
