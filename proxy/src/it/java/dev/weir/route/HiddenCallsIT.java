package dev.weir.route;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Reads that reach a volatile function, or what is not the same on each node, without a call in
 * their text: they are none for a replica. What only looks like them is.
 */
final class HiddenCallsIT {
    private static final String SCHEMA =
            """
            CREATE TABLE h (n int);
            INSERT INTO h VALUES (1);
            CREATE TYPE pair AS (a int, b int);
            CREATE FUNCTION takes_lock(bigint) RETURNS bool VOLATILE LANGUAGE sql AS
                'SELECT pg_try_advisory_xact_lock($1)';
            CREATE FUNCTION meets(int, text) RETURNS bool VOLATILE LANGUAGE sql AS
                'SELECT pg_try_advisory_xact_lock($1)';
            CREATE OPERATOR <~> (LEFTARG = int, RIGHTARG = text, FUNCTION = meets);
            CREATE OPERATOR ~~ (LEFTARG = int, RIGHTARG = text, FUNCTION = meets);
            CREATE FUNCTION of_row(h) RETURNS int VOLATILE LANGUAGE sql AS 'SELECT 1';
            CREATE FUNCTION one_of(int) RETURNS int VOLATILE LANGUAGE sql AS 'SELECT 1';
            CREATE FUNCTION as_pair(text) RETURNS pair VOLATILE LANGUAGE sql AS
                'SELECT row(1, 2)::pair';
            CREATE CAST (text AS pair) WITH FUNCTION as_pair(text);
            CREATE DOMAIN checked AS int CHECK (takes_lock(value));
            CREATE DOMAIN over_checked AS checked;
            CREATE FUNCTION takes_checked(checked) RETURNS int STABLE LANGUAGE sql AS 'SELECT 1';
            CREATE FUNCTION adds(int, int) RETURNS int VOLATILE LANGUAGE sql AS 'SELECT $1 + $2';
            CREATE AGGREGATE total(int) (SFUNC = adds, STYPE = int, INITCOND = '0');
            CREATE FUNCTION lower(int) RETURNS text VOLATILE LANGUAGE sql AS 'SELECT $1::text';
            CREATE FUNCTION gen_random_uuid(int) RETURNS int VOLATILE LANGUAGE sql AS 'SELECT 1';
            CREATE VIEW by_operator AS SELECT n <~> 'a' AS b FROM h;
            CREATE VIEW by_cast AS SELECT 'a'::text::pair AS p;
            CREATE VIEW by_domain AS SELECT n::over_checked AS n FROM h;
            CREATE VIEW by_aggregate AS SELECT total(n) AS n FROM h;
            CREATE VIEW by_row AS SELECT h.of_row AS n FROM h;
            CREATE VIEW over_all AS SELECT n FROM by_domain;
            CREATE SEQUENCE sq;
            CREATE VIEW of_sequence AS SELECT last_value FROM sq;
            CREATE UNLOGGED TABLE unlogged (n int);
            CREATE VIEW of_unlogged AS SELECT n FROM unlogged;
            CREATE VIEW harmless AS SELECT count(n) AS n, max(n + 1) AS m FROM h WHERE n IN (1, 2);
            CREATE VIEW locking AS SELECT pg_try_advisory_xact_lock(7) AS b;
            CREATE VIEW before AS SELECT one_of(1) AS n;
            CREATE VIEW "größer" AS SELECT one_of(1) AS n;
            """;

    private static Routes routes;

    @BeforeAll
    static void start(@TempDir Path directory) {
        routes = Routes.start(directory, 1, SCHEMA, List.of());
    }

    @AfterAll
    static void stop() {
        routes.close();
    }

    private static String reason(WireClient client, String statement) {
        List<Message> answer = client.query(statement);
        Routes.assertFine(answer);
        return answer.stream()
                .filter(message -> message.tag() == 'N')
                .map(Message::errorMessage)
                .findFirst()
                .orElseThrow();
    }

    private static WireClient explained() {
        WireClient client = routes.client("auto");
        client.query("SET weir.explain = on");
        return client;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT n <~> 'a' FROM h",
                "SELECT n OPERATOR(public.<~>) 'a' FROM h",
                "SELECT n LIKE 'a' FROM h",
                "SELECT h.of_row FROM h",
                "SELECT (h).of_row FROM h",
                "SELECT 'a'::text::pair",
                "SELECT CAST(text 'a' AS public.pair)",
                "SELECT 1::checked",
                "SELECT CAST(1 AS over_checked)",
                "SELECT '{1}'::checked[]",
                "SELECT takes_checked(1)",
                "SELECT total(n) FROM h",
                "SELECT lower('A')",
                "SELECT gen_random_uuid(1)",
                "TABLE by_operator",
                "TABLE by_cast",
                "TABLE by_domain",
                "TABLE by_aggregate",
                "TABLE by_row",
                "TABLE over_all",
                "COPY (SELECT 1::checked) TO STDOUT",
                "COPY (TABLE over_all) TO STDOUT",
                "EXPLAIN (\"analyze\") SELECT n <~> 'a' FROM h",
                "SELECT last_value FROM sq",
                "TABLE sq",
                "TABLE of_sequence"
            })
    void isNoReadForAReplica(String statement) {
        try (WireClient client = explained()) {
            assertThat(reason(client, statement)).contains(Reason.FUNCTION.sentence());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT n + 1 FROM h WHERE n IN (1, 2) AND n BETWEEN 0 AND 9",
                "SELECT one_of FROM (SELECT n AS one_of FROM h) x",
                "TABLE harmless",
                "SELECT n::text FROM h",
                "SELECT count(*) FROM h"
            })
    void isOneIfItReachesNothing(String statement) {
        try (WireClient client = explained()) {
            assertThat(reason(client, statement)).contains(Reason.READ.sentence());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TABLE unlogged", "TABLE of_unlogged", "TABLE locking"})
    void whatDoesNotWorkOnAReplicaIsNotTriedThere(String statement) {
        try (WireClient client = explained()) {
            assertThat(reason(client, statement)).contains(Reason.DENIED.sentence());
        }
        try (WireClient client = routes.client("auto")) {
            client.query("BEGIN READ ONLY");
            Routes.assertFine(client.query(statement));
            client.query("COMMIT");
            await().until(() -> {
                client.query("ROLLBACK");
                client.query("BEGIN READ ONLY");
                return routes.isReplica(client.query("SELECT on_replica()"));
            });
            Message error = client.query(statement).getFirst();
            assertThat(error.sqlState()).isEqualTo("0A000");
            assertThat(error.errorMessage()).contains(statement.substring("TABLE ".length()));
            client.query("ROLLBACK");
        }
    }

    @Test
    void aViewIsKnownByItsNewName() {
        try (WireClient client = explained()) {
            Routes.assertFine(client.query("ALTER TABLE before RENAME TO after_all"));
            assertThat(reason(client, "TABLE after_all")).doesNotContain(Reason.READ.sentence());
            await().until(() ->
                    reason(client, "TABLE after_all").contains(Reason.FUNCTION.sentence()));
            Routes.assertFine(client.query("ALTER VIEW after_all RENAME TO before"));
            await().until(() -> reason(client, "SELECT n FROM h").contains(Reason.READ.sentence()));
        }
    }

    @Test
    void aViewIsKnownInAnotherEncoding() {
        try (WireClient client = explained()) {
            client.query("SET client_encoding = 'LATIN1'");
            byte[] name = "TABLE \"größer\"".getBytes(ISO_8859_1);
            client.send(Wire.message('Q', Arrays.copyOf(name, name.length + 1)));
            assertThat(client.readUntilReady())
                    .filteredOn(message -> message.tag() == 'N')
                    .extracting(Message::errorMessage)
                    .singleElement()
                    .asString()
                    .contains(Reason.FUNCTION.sentence());
        }
    }
}
