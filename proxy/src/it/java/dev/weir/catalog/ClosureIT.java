package dev.weir.catalog;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pgkit.PgVersion;
import dev.weir.sql.StateClass;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every way that we can think of by which a text changes its session without saying so: that it
 * does, and that the closure of the catalog knows; and what is harmless, and must be found to be.
 */
final class ClosureIT {
    private static final List<String> PGBENCH =
            List.of(
                    "CREATE TABLE pgbench_history (tid int, bid int, aid int, delta int, mtime"
                            + " timestamp, filler char(22))",
                    "CREATE TABLE pgbench_tellers (tid int PRIMARY KEY, bid int, tbalance int,"
                            + " filler char(84))",
                    "CREATE TABLE pgbench_accounts (aid int PRIMARY KEY, bid int, abalance int,"
                            + " filler char(84))",
                    "CREATE TABLE pgbench_branches (bid int PRIMARY KEY, bbalance int, filler"
                            + " char(88))");

    private static final List<String> PGBENCH_TEXTS =
            List.of(
                    "BEGIN;",
                    "UPDATE pgbench_accounts SET abalance = abalance + -7 WHERE aid = 1;",
                    "SELECT abalance FROM pgbench_accounts WHERE aid = $1;",
                    "UPDATE pgbench_tellers SET tbalance = tbalance + 1 WHERE tid = 1;",
                    "UPDATE pgbench_branches SET bbalance = bbalance + 1 WHERE bid = 1;",
                    "INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES (1, 1, 1, 1,"
                            + " CURRENT_TIMESTAMP);",
                    "END;");

    /** Objects that do nothing to a session, beside those that do. */
    private static final String HARMLESS =
            """
            CREATE FUNCTION h_sql(int) RETURNS int LANGUAGE sql AS 'SELECT $1 + 1'
            CREATE FUNCTION h_plpgsql(a int) RETURNS int LANGUAGE plpgsql AS $$ DECLARE b int; BEGIN SELECT count(*) INTO b FROM h_t; IF b > 1 THEN RAISE NOTICE 'many'; END IF; b := CASE WHEN a = 1 THEN b ELSE a END; RETURN b; END $$
            CREATE TABLE h_t (a int PRIMARY KEY, b text DEFAULT upper('x'), c timestamptz DEFAULT now(), d int GENERATED ALWAYS AS (a + 1) STORED, CHECK (a > 0))
            CREATE FUNCTION h_touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.c := clock_timestamp(); INSERT INTO h_log VALUES (TG_OP); RETURN NEW; END $$
            CREATE TABLE h_log (a text)
            CREATE TRIGGER x BEFORE INSERT OR UPDATE ON h_t FOR EACH ROW EXECUTE FUNCTION h_touch()
            CREATE INDEX ON h_t (lower(b)) WHERE a > 1
            CREATE VIEW h_v AS SELECT a, upper(b) AS b FROM h_t WHERE a > 0
            CREATE DOMAIN h_d AS text CHECK (VALUE ~ 'a')
            CREATE TYPE h_e AS ENUM ('a', 'b')
            CREATE TYPE h_r AS (a h_d, b h_e)
            CREATE TYPE h_range AS RANGE (SUBTYPE = float8)
            CREATE TABLE h_p (a int, e h_e, r h_r) PARTITION BY LIST (a)
            CREATE TABLE h_p1 PARTITION OF h_p FOR VALUES IN (1)
            CREATE TABLE h_ref (a int REFERENCES h_t ON DELETE CASCADE)
            ALTER TABLE h_ref ENABLE ROW LEVEL SECURITY
            CREATE POLICY x ON h_ref USING (a > 0 AND current_setting('h.x', true) IS NULL)
            CREATE AGGREGATE h_sum(int) (SFUNC = int4pl, STYPE = int, INITCOND = 0)
            CREATE OPERATOR ### (FUNCTION = int4pl, LEFTARG = int, RIGHTARG = int)
            CREATE PROCEDURE h_proc(int) LANGUAGE plpgsql AS 'BEGIN UPDATE h_t SET a = $1 WHERE a = $1; COMMIT; END'
            CREATE FUNCTION h_path(int) RETURNS int LANGUAGE sql SET search_path = public AS 'SELECT h_sql($1)'
            CREATE TABLE h_serial (a serial, b int)
            CREATE FUNCTION h_local() RETURNS void LANGUAGE plpgsql AS $$ BEGIN SET LOCAL work_mem = '1MB'; END $$
            """;

    private static final List<String> HARMLESS_TEXTS =
            List.of(
                    "SELECT h_sql(1), h_plpgsql(2), h_path(1), h_local()",
                    "INSERT INTO h_t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = 'b'",
                    "UPDATE h_t SET b = 'c' WHERE a = 1 RETURNING *",
                    "SELECT * FROM h_v WHERE b LIKE 'a%' AND a BETWEEN 1 AND 2 FOR UPDATE",
                    "SELECT 'a'::h_d, 'a'::h_e, '(a,b)'::h_r, '[1,2]'::h_range",
                    "INSERT INTO h_p VALUES (1, 'a', '(a,b)')",
                    "INSERT INTO h_ref VALUES (1)",
                    "SELECT * FROM h_ref",
                    "SELECT h_sum(a), 1 ### 2 FROM h_p",
                    "CALL h_proc(1)",
                    "SELECT * FROM h_serial",
                    "UPDATE h_serial SET b = 1",
                    "DELETE FROM h_t");

    private static final Database databases = new Database();
    private static final Map<PgVersion, Closure> closures = new EnumMap<>(PgVersion.class);

    @BeforeAll
    static void start() throws SQLException {
        for (PgVersion version : Database.versions().toList()) {
            List<String> statements = new ArrayList<>();
            statements.add(Way.COMMON);
            Way.all(version.major()).forEach(way -> statements.add(way.setup()));
            statements.addAll(HARMLESS.lines().toList());
            statements.add("GRANT ALL ON ALL TABLES IN SCHEMA public TO " + Database.ROLE);
            statements.add("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO " + Database.ROLE);
            databases.create(version, "ways", statements);
            databases.create(version, "bench", PGBENCH);
            closures.put(version, databases.closure(version, "ways"));
        }
    }

    @AfterAll
    static void stop() {
        databases.close();
    }

    static Stream<PgVersion> versions() {
        return Database.versions();
    }

    static Stream<Arguments> ways() {
        return versions()
                .flatMap(version ->
                        Way.all(version.major()).stream().map(way -> Arguments.of(version, way)));
    }

    private static Closure closure(PgVersion version) {
        return closures.getOrDefault(version, new CatalogReader().close());
    }

    @ParameterizedTest
    @MethodSource("ways")
    void knowsOfEveryWay(PgVersion version, Way way) throws SQLException {
        try (Connection session = databases.connect(version, "ways")) {
            String before = Database.state(session);
            Catalogs.run(session, way.text());
            assertThat(Database.state(session)).as("it really does").isNotEqualTo(before);
        }
        assertThat(Judge.judge(way.text(), closure(version)))
                .isGreaterThanOrEqualTo(StateClass.WIPE);
    }

    @ParameterizedTest
    @MethodSource("versions")
    void passesWhatIsHarmless(PgVersion version) throws SQLException {
        for (String text : HARMLESS_TEXTS) {
            try (Connection session = databases.connect(version, "ways")) {
                String before = Database.state(session);
                Catalogs.run(session, text);
                assertThat(Database.state(session)).as(text).isEqualTo(before);
            }
            assertThat(Judge.judge(text, closure(version))).as(text).isEqualTo(StateClass.CLEAN);
        }
        Set<String> wrong =
                closure(version).paths().keySet().stream()
                        .filter(name -> name.startsWith("h_") && !name.equals("h_serial"))
                        .collect(toSet());
        assertThat(wrong).isEmpty();
        assertThat(closure(version).everyText()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("versions")
    void findsNothingInPgbench(PgVersion version) throws SQLException {
        Closure closure = databases.closure(version, "bench");
        assertThat(closure.paths()).isEmpty();
        for (String text : PGBENCH_TEXTS) {
            assertThat(Judge.judge(text, closure)).as(text).isEqualTo(StateClass.CLEAN);
            assertThat(Judge.judge(text, closure(version))).as(text).isEqualTo(StateClass.CLEAN);
        }
    }
}
