package dev.weir.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a client is told is what the primary would have told it: each script runs there directly,
 * and through Weir in databases that route in different ways.
 */
final class RouteKindsIT {
    private static final String SCHEMA =
            """
            CREATE TABLE kinds (a int);
            CREATE UNLOGGED TABLE unlogged (a int);
            CREATE VIEW of_unlogged AS SELECT a FROM unlogged;
            """;

    /* Steps are separated by |, the texts of one extended batch by &. Every script leaves no row. */
    private static final String SCRIPTS =
            """
            # A transaction that changes its mind.
            SET default_transaction_read_only = on | BEGIN | SET TRANSACTION READ WRITE | INSERT INTO kinds VALUES (1) | ROLLBACK
            SET default_transaction_read_only = on | BEGIN | SET LOCAL TRANSACTION READ WRITE | INSERT INTO kinds VALUES (1) | ROLLBACK
            SET default_transaction_read_only = on | BEGIN | SET transaction_read_only = off | INSERT INTO kinds VALUES (1) | ROLLBACK
            SET default_transaction_read_only = on | BEGIN | SET LOCAL transaction_read_only TO 'f' | INSERT INTO kinds VALUES (1) | ROLLBACK
            SET default_transaction_read_only = on | BEGIN | SET "transaction_read_only" TO no | INSERT INTO kinds VALUES (1) | ROLLBACK
            SET default_transaction_read_only = on | BEGIN; SET TRANSACTION READ WRITE | INSERT INTO kinds VALUES (1) | ROLLBACK
            SET default_transaction_read_only = on | BEGIN ISOLATION LEVEL REPEATABLE READ | SET TRANSACTION READ WRITE | INSERT INTO kinds VALUES (1) | ROLLBACK
            SET default_transaction_read_only = on | BEGIN | SELECT set_config('transaction_read_only', 'off', true) | INSERT INTO kinds VALUES (1) | ROLLBACK
            SET default_transaction_read_only = on | BEGIN & SET TRANSACTION READ WRITE & INSERT INTO kinds VALUES (1) | ROLLBACK
            SET default_transaction_read_only = on | BEGIN & SET TRANSACTION READ WRITE | INSERT INTO kinds VALUES (1) | ROLLBACK
            SET default_transaction_read_only = 'TRUE' | BEGIN | SET TRANSACTION READ WRITE | INSERT INTO kinds VALUES (1) | ROLLBACK
            SET default_transaction_read_only = on | BEGIN | SELECT 1 | SET TRANSACTION READ WRITE | ROLLBACK
            BEGIN READ ONLY | SET TRANSACTION READ WRITE | INSERT INTO kinds VALUES (1) | ROLLBACK
            BEGIN READ ONLY | SET TRANSACTION ISOLATION LEVEL SERIALIZABLE | SELECT 1 | COMMIT
            BEGIN READ ONLY | SET TRANSACTION ISOLATION LEVEL SERIALIZABLE READ WRITE | SELECT 1 | COMMIT
            BEGIN READ ONLY | SET transaction_isolation = 'Serializable' | SELECT 1 | COMMIT
            BEGIN | SET TRANSACTION READ ONLY | SET TRANSACTION READ WRITE | INSERT INTO kinds VALUES (1) | ROLLBACK
            BEGIN READ ONLY | SELECT 1 | SET TRANSACTION READ WRITE | ROLLBACK
            # One text that ends the transaction and goes on.
            BEGIN READ ONLY | SELECT 1 | COMMIT; INSERT INTO kinds VALUES (1); DELETE FROM kinds | SELECT 2
            BEGIN READ ONLY | SELECT 1 | END; INSERT INTO kinds VALUES (1); DELETE FROM kinds | SELECT 2
            BEGIN READ ONLY | SELECT 1 | ROLLBACK; BEGIN; INSERT INTO kinds VALUES (1) | ROLLBACK
            BEGIN READ ONLY | SELECT 1 | ABORT WORK; BEGIN; INSERT INTO kinds VALUES (1) | ROLLBACK
            BEGIN READ ONLY | SELECT 1/0 | ROLLBACK; INSERT INTO kinds VALUES (1); DELETE FROM kinds
            BEGIN READ ONLY | SELECT 1/0 | COMMIT; INSERT INTO kinds VALUES (1); DELETE FROM kinds
            BEGIN READ ONLY | SELECT 1 | COMMIT & INSERT INTO kinds VALUES (1) & DELETE FROM kinds
            BEGIN READ ONLY | SELECT 1 | COMMIT & BEGIN & INSERT INTO kinds VALUES (1) | ROLLBACK


            BEGIN READ ONLY | SELECT 1 | COMMIT; SELECT 2 | SELECT 3
            BEGIN READ ONLY | SELECT 1 | COMMIT AND CHAIN | INSERT INTO kinds VALUES (1) | ROLLBACK
            BEGIN READ ONLY | SELECT 1 | COMMIT; COMMIT; INSERT INTO kinds VALUES (1); DELETE FROM kinds
            BEGIN READ ONLY; SELECT 1; COMMIT; INSERT INTO kinds VALUES (1); DELETE FROM kinds
            BEGIN READ ONLY | SET application_name = 'kept' | COMMIT; SHOW application_name
            BEGIN READ ONLY | SET application_name = 'lost' | ROLLBACK; SHOW application_name | SELECT 1
            # The spelling of settings.
            SET default_transaction_isolation = 'Serializable' | BEGIN READ ONLY | SELECT 1 | COMMIT
            SET default_transaction_isolation = 'SERIALIZABLE' | SET default_transaction_read_only = on | SELECT 1
            SET default_transaction_isolation TO serializable | SET default_transaction_read_only = YES | BEGIN | SELECT 1 | COMMIT
            SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY | SELECT 1 | BEGIN | SELECT 1 | COMMIT
            SET default_transaction_isolation TO serializable | BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY | SELECT 1 | COMMIT
            # What a replica cannot do at all.
            SELECT a FROM unlogged
            SELECT a FROM unlogged | BEGIN READ ONLY | SELECT a FROM unlogged | COMMIT
            BEGIN READ ONLY | SELECT a FROM unlogged | COMMIT
            BEGIN READ ONLY | SELECT a FROM of_unlogged | SELECT a FROM unlogged | COMMIT
            BEGIN READ ONLY | SELECT a AS later FROM kinds | INSERT INTO kinds VALUES (1) | ROLLBACK
            SELECT liar() > 0 | BEGIN READ ONLY | SELECT 1 | SELECT liar() > 0 | ROLLBACK
            SET default_transaction_read_only = on | INSERT INTO kinds VALUES (1)
            """;

    private static final List<String> WORDS =
            List.of(
                    " WORK",
                    " TRANSACTION",
                    ",",
                    " READ ONLY",
                    " READ WRITE",
                    " READ",
                    " NOT DEFERRABLE",
                    " NOT",
                    " DEFERRABLE",
                    " ISOLATION LEVEL READ COMMITTED",
                    " ISOLATION LEVEL REPEATABLE READ",
                    " ISOLATION LEVEL SERIALIZABLE",
                    " ISOLATION LEVEL",
                    " LEVEL",
                    " REPEATABLE READ",
                    " SERIALIZABLE",
                    " SNAPSHOT 'a'");

    private static Routes routes;

    @BeforeAll
    static void start(@TempDir Path directory) {
        routes = Routes.start(directory, 1, SCHEMA, List.of());
        try (WireClient client = routes.client("explicit")) {
            await().until(() -> {
                client.query("BEGIN READ ONLY");
                boolean is = routes.isReplica(client.query("SELECT on_replica()"));
                client.query("COMMIT");
                return is;
            });
        }
    }

    @AfterAll
    static void stop() {
        routes.close();
    }

    private static List<String> answers(WireClient client, String script) {
        List<String> answers = new ArrayList<>();
        for (String step : script.split("\\|", -1)) {
            String[] texts = step.strip().split(" & ", -1);
            if (texts.length == 1) {
                client.send(Wire.query(texts[0]));
            } else {
                for (String text : texts) {
                    client.send(Wire.parse("", text), Wire.bind("", ""), Wire.execute("", 0));
                }
                client.send(Wire.sync());
            }
            client.readUntilReady().stream()
                    .filter(message -> message.tag() != 'S')
                    .map(RouteKindsIT::line)
                    .forEach(answers::add);
        }
        return answers;
    }

    private static String line(Message message) {
        return message.tag() == 'E' || message.tag() == 'N'
                ? message.tag() + " " + message.sqlState() + " " + message.errorMessage()
                : message.summary();
    }

    static Stream<String> scripts() {
        return SCRIPTS.lines().filter(line -> !line.isBlank() && !line.startsWith("#"));
    }

    private static List<String> direct(String script) {
        PgNode primary = routes.primary();
        try (WireClient client = WireClient.connect(primary.host(), primary.port())) {
            client.login(PgNode.USER, "postgres", "postgres");
            return answers(client, script);
        }
    }

    /** What a BEGIN may say is PostgreSQL's to decide: any list of words is answered as by it. */
    @Test
    void aBeginFailsIfItsModesDo() {
        var random = new Random(1);
        PgNode primary = routes.primary();
        try (WireClient direct = WireClient.connect(primary.host(), primary.port());
                WireClient client = routes.client("explicit")) {
            direct.login(PgNode.USER, "postgres", "postgres");
            int fine = 0;
            for (int i = 0; i < 600; i++) {
                String begin = random.nextInt(4) == 0 ? "START TRANSACTION" : "BEGIN";
                for (int left = random.nextInt(4); left > 0; left--) {
                    begin += WORDS.get(random.nextInt(WORDS.size()));
                }
                String script = begin + " | ROLLBACK";
                List<String> expected = answers(direct, script);
                fine += expected.contains("Z T") ? 1 : 0;
                assertThat(answers(client, script)).as(begin).isEqualTo(expected);
            }
            assertThat(fine).isBetween(100, 500);
        }
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void theAnswersAreThoseOfThePrimary(String script) {
        List<String> expected = direct(script);
        for (String database : List.of("explicit", "eager", "auto")) {
            try (WireClient client = routes.client(database)) {
                assertThat(answers(client, script)).as(database).isEqualTo(expected);
            }
        }
    }
}
