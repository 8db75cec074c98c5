package dev.weir.catalog;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pgkit.PgVersion;
import dev.weir.sql.StateClass;
import dev.weir.sql.StateEffects;
import dev.weir.sql.StatefulBuiltins;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the catalogs of real servers say, each in a database of its own. */
final class CatalogIT {
    private static final Database databases = new Database();

    @AfterAll
    static void stop() {
        databases.close();
    }

    static Stream<PgVersion> versions() {
        return Database.versions();
    }

    private static Closure closure(PgVersion version, String name, String... statements)
            throws SQLException {
        List<String> all = new ArrayList<>(List.of(Way.COMMON));
        all.addAll(List.of(statements));
        databases.create(version, name, all);
        return databases.closure(version, name);
    }

    /** A version that has more functions must be looked through before Weir can trust them. */
    @ParameterizedTest
    @MethodSource("versions")
    void knowsPostgresqlsOwnFunctions(PgVersion version) throws SQLException {
        List<String> unknown = new ArrayList<>();
        try (Connection connection = databases.connect(version, "postgres");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(CatalogQuestion.BUILTINS.sql())) {
            while (rows.next()) {
                if (!StatefulBuiltins.isKnown(rows.getString(2))) {
                    unknown.add(rows.getString(2));
                }
            }
        }
        assertThat(unknown).isEmpty();
    }

    /** A FunctionCall names a function by its number. */
    @ParameterizedTest
    @MethodSource("versions")
    void knowsTheNumbersOfFunctionsThatSetWhatIsTheClientsOwn(PgVersion version)
            throws SQLException {
        List<String> known = new ArrayList<>();
        List<String> all = new ArrayList<>();
        try (Connection connection = databases.connect(version, "postgres");
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                "select oid, proname, proname = 'set_config' or proname ~"
                                        + " 'advisory_(un)?lock' from pg_proc where oid < 16384")) {
            while (rows.next()) {
                if (StatefulBuiltins.flags(rows.getInt(1)) != 0) {
                    known.add(rows.getString(2));
                }
                if (rows.getBoolean(3)) {
                    all.add(rows.getString(2));
                }
            }
        }
        assertThat(all).hasSize(14);
        assertThat(known).containsExactlyInAnyOrderElementsOf(all);
    }

    @ParameterizedTest
    @MethodSource("versions")
    void tellsThePath(PgVersion version) throws SQLException {
        Closure closure =
                closure(
                        version,
                        "path",
                        "CREATE TABLE t (a int)",
                        "CREATE TRIGGER audit BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION"
                                + " leak_t()");
        assertThat(closure.path("t"))
                .isEqualTo(
                        "t (trigger audit) → leak_t → leak → set_config (sets a parameter, perhaps"
                                + " only for the transaction)");
        assertThat(closure.path("u")).isEmpty();
        assertThat(closure.size()).isEqualTo(4);
    }

    /** What SQL looks up by the search path without writing it. */
    @ParameterizedTest
    @MethodSource("versions")
    void knowsTheWordsThatStandForOperators(PgVersion version) throws SQLException {
        List<String> statements = new ArrayList<>(List.of("CREATE SCHEMA ops"));
        statements.add(
                "CREATE FUNCTION ops.f(int, int) RETURNS bool LANGUAGE plpgsql AS"
                        + " 'BEGIN RETURN leak() OPERATOR(pg_catalog.=) 1; END'");
        statements.add(
                "CREATE FUNCTION ops.g(text, text) RETURNS bool LANGUAGE plpgsql AS"
                        + " 'BEGIN RETURN leak() OPERATOR(pg_catalog.=) 1; END'");
        for (String symbol : List.of("=", "<>", "<", ">", "<=", ">=")) {
            statements.add(
                    "CREATE OPERATOR ops.%s (FUNCTION = ops.f, LEFTARG = int, RIGHTARG = int)"
                            .formatted(symbol));
        }
        for (String symbol : List.of("~~", "!~~", "~~*", "!~~*", "~", "!~")) {
            statements.add(
                    "CREATE OPERATOR ops.%s (FUNCTION = ops.g, LEFTARG = text, RIGHTARG = text)"
                            .formatted(symbol));
        }
        statements.add("GRANT USAGE ON SCHEMA ops TO " + Database.ROLE);
        Closure closure = closure(version, "ops", statements.toArray(String[]::new));
        for (String text :
                List.of(
                        "SELECT 1 IN (2, 3)",
                        "SELECT 1 NOT IN (2, 3)",
                        "SELECT 1 IN (SELECT 2)",
                        "SELECT 1 BETWEEN 2 AND 3",
                        "SELECT 1 NOT BETWEEN 2 AND 3",
                        "SELECT 1 BETWEEN SYMMETRIC 2 AND 3",
                        "SELECT 1 IS DISTINCT FROM 2",
                        "SELECT 1 IS NOT DISTINCT FROM 2",
                        "SELECT CASE 1 WHEN 2 THEN 3 END",
                        "SELECT NULLIF(1, 2)",
                        "SELECT 1 = ANY ('{2}'::int[])",
                        "SELECT 1 < ALL ('{2}'::int[])",
                        "SELECT 1 FROM (VALUES (1)) a (x) JOIN (VALUES (2)) b (x) USING (x)",
                        "SELECT 1 FROM (VALUES (1)) a (x) NATURAL JOIN (VALUES (2)) b (x)",
                        "SELECT 1 != 2",
                        "SELECT 'a' LIKE 'b'",
                        "SELECT 'a' NOT LIKE 'b' ESCAPE 'x'",
                        "SELECT 'a' ILIKE 'b'",
                        "SELECT 'a' NOT ILIKE 'b'",
                        "SELECT 'a' SIMILAR TO 'b'",
                        "SELECT 'a' NOT SIMILAR TO 'b'",
                        "SELECT 'a' !~ 'b'")) {
            try (Connection session = databases.connect(version, "ops")) {
                Catalogs.run(session, "SET search_path = ops, pg_catalog, public");
                Catalogs.run(session, text.replace("'a'", "'a'::text").replace("'b'", "'b'::text"));
                assertThat(Catalogs.value(session, "SELECT current_setting('leak.x', true)"))
                        .as(text)
                        .isEqualTo("A");
            }
            assertThat(Judge.judge(text, closure)).as(text).isEqualTo(StateClass.WIPE);
        }
        assertThat(Judge.judge("SELECT 1 + 2 FROM t ORDER BY a", closure))
                .isEqualTo(StateClass.CLEAN);
    }

    @ParameterizedTest
    @MethodSource("versions")
    void findsNoTextCleanWhereTheNameIsNeverSaid(PgVersion version) throws SQLException {
        Closure closure =
                closure(
                        version,
                        "casts",
                        "CREATE FUNCTION to_point(int) RETURNS point LANGUAGE plpgsql AS"
                                + " 'BEGIN PERFORM leak(); RETURN point(1, 1); END'",
                        "CREATE CAST (int AS point) WITH FUNCTION to_point(int) AS IMPLICIT");
        assertThat(closure.everyText())
                .startsWith("every text (cast) → to_point → leak → set_config");
        assertThat(Judge.judge("SELECT 1", closure)).isEqualTo(StateClass.WIPE);
        assertThat(closure.names().always()).isEqualTo(StateEffects.SESSION);
        assertThat(closure.isHarmlessFunction(1242)).isFalse(); // boolin
    }

    @ParameterizedTest
    @MethodSource("versions")
    void knowsHarmlessTypesAndFunctionsByNumber(PgVersion version) throws SQLException {
        Closure closure =
                closure(
                        version,
                        "types",
                        "CREATE DOMAIN bad AS int CHECK (leak_i(VALUE) > 0)",
                        "CREATE TYPE good AS ENUM ('a')",
                        "CREATE DOMAIN fine AS int CHECK (VALUE > 0)",
                        "CREATE TYPE bad_row AS (a bad[])",
                        "CREATE TABLE bad_table (a int, b bad_row)",
                        "CREATE TABLE good_table (a int, b good)");
        try (Connection connection = databases.connect(version, "types")) {
            for (String type : List.of("bad", "bad[]", "bad_row", "bad_table", "bad_table[]")) {
                assertThat(closure.names().isHarmlessType(oid(connection, type, "type")))
                        .as(type)
                        .isFalse();
            }
            for (String type : List.of("good", "good[]", "fine", "good_table", "int", "text[]")) {
                assertThat(closure.names().isHarmlessType(oid(connection, type, "type")))
                        .as(type)
                        .isTrue();
            }
            assertThat(closure.isHarmlessFunction(oid(connection, "set_config", "proc"))).isFalse();
            assertThat(closure.isHarmlessFunction(oid(connection, "lo_open", "proc"))).isTrue();
            assertThat(closure.isHarmlessFunction(oid(connection, "leak", "proc"))).isFalse();
        }
        assertThat(closure.names().isHarmlessType(Integer.MAX_VALUE)).isFalse();
    }

    private static int oid(Connection connection, String name, String kind) throws SQLException {
        return Integer.parseUnsignedInt(
                Catalogs.value(connection, "SELECT '%s'::reg%s::oid".formatted(name, kind)));
    }

    /** Who asks has the search path of a client. */
    @ParameterizedTest
    @MethodSource("versions")
    void isNotDeceivedByASearchPath(PgVersion version) throws SQLException {
        Closure closure =
                closure(
                        version,
                        "hostile",
                        "CREATE TABLE t (a serial, b int)",
                        "CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION"
                                + " leak_t()",
                        "CREATE DOMAIN d AS int CHECK (leak_i(VALUE) > 0)",
                        "CREATE SCHEMA evil",
                        "GRANT USAGE ON SCHEMA evil TO " + Database.ROLE,
                        "CREATE TABLE evil.pg_proc (oid oid)",
                        "CREATE DOMAIN evil.oid AS int CHECK (false)",
                        "CREATE DOMAIN evil.text AS int CHECK (false)",
                        "CREATE FUNCTION evil.age(xid) RETURNS int LANGUAGE sql AS 'SELECT 1'");
        try (Connection connection = databases.owner(version, "hostile")) {
            for (String type : List.of("oid", "name", "\"char\"", "text", "int4", "bool", "int8")) {
                String function = "evil.\"no_" + type.replace("\"", "") + '"';
                Catalogs.run(
                        connection,
                        ("CREATE FUNCTION %s(pg_catalog.%s, pg_catalog.%s) RETURNS bool LANGUAGE"
                                        + " plpgsql AS 'BEGIN RAISE EXCEPTION $x$deceived$x$; END'")
                                .formatted(function, type, type));
                for (String symbol : List.of("=", "<>", "<", ">", "<=", ">=", "~", "||", "-")) {
                    Catalogs.run(
                            connection,
                            "CREATE OPERATOR evil.%s (FUNCTION = %s, LEFTARG = pg_catalog.%s, RIGHTARG = pg_catalog.%s)"
                                    .formatted(symbol, function, type, type));
                }
            }
        }
        try (Connection connection = databases.connect(version, "hostile")) {
            String mark = Catalogs.value(connection, CatalogMark.question());
            Catalogs.run(connection, "SET search_path = evil, pg_catalog");
            Closure same = Catalogs.read(connection);
            assertThat(same.paths().keySet()).containsAll(closure.paths().keySet());
            assertThat(same.path("t")).isEqualTo(closure.path("t"));
            assertThat(same.path("d")).isEqualTo(closure.path("d"));
            assertThat(Catalogs.value(connection, CatalogMark.question())).isEqualTo(mark);
        }
    }

    /** All that come with PostgreSQL: only those that are meant to have effects have any. */
    @ParameterizedTest
    @MethodSource("versions")
    void knowsTheExtensionsThatComeWithPostgresql(PgVersion version) throws SQLException {
        List<String> made = new ArrayList<>();
        databases.create(version, "extensions", List.of());
        try (Connection connection = databases.owner(version, "extensions");
                Statement statement = connection.createStatement()) {
            List<String> names = new ArrayList<>();
            try (ResultSet rows =
                    statement.executeQuery("SELECT name FROM pg_available_extensions")) {
                while (rows.next()) {
                    names.add(rows.getString(1));
                }
            }
            for (String name : names) {
                if (KnownExtensions.has(name) && !name.contains("plperl")) { // needs Perl
                    made.add(name);
                    statement.execute("CREATE EXTENSION IF NOT EXISTS \"" + name + "\" CASCADE");
                }
            }
        }
        assertThat(made).contains("hstore", "citext", "pg_trgm", "pgcrypto", "btree_gist");
        Closure closure = databases.closure(version, "extensions");
        assertThat(closure.everyText()).isEmpty();
        TreeSet<String> expected =
                Stream.of("autoinc crosstab crosstab2 crosstab3 crosstab4 connectby".split(" "))
                        .collect(toCollection(TreeSet::new));
        assertThat(closure.paths().keySet()).containsAll(expected);
        expected.addAll(List.of("xpath_table", "set_limit", "isn_weak"));
        assertThat(expected).containsAll(closure.paths().keySet());
    }

    /** DDL of every kind moves the mark, and nothing else does. */
    @ParameterizedTest
    @MethodSource("versions")
    void noticesEveryChange(PgVersion version) throws SQLException {
        databases.create(version, "marks", List.of(Way.COMMON));
        try (Connection owner = databases.owner(version, "marks");
                Connection session = databases.connect(version, "marks")) {
            String gate = CatalogMark.gate(version.major());
            for (String ddl :
                    List.of(
                            "CREATE TABLE t (a int PRIMARY KEY, b text)",
                            "ALTER TABLE t ALTER b SET DEFAULT leak()",
                            "ALTER TABLE t ALTER b DROP DEFAULT",
                            "ALTER TABLE t ADD CHECK (a > 0)",
                            "ALTER TABLE t RENAME b TO c",
                            "ALTER TABLE t ALTER c TYPE varchar(3)",
                            "ALTER TABLE t RENAME TO u",
                            "CREATE TRIGGER x BEFORE INSERT ON u FOR EACH ROW EXECUTE FUNCTION"
                                    + " leak_t()",
                            "ALTER TRIGGER x ON u RENAME TO y",
                            "ALTER TABLE u DISABLE TRIGGER y",
                            "CREATE OR REPLACE FUNCTION leak() RETURNS int LANGUAGE sql AS"
                                    + " 'SELECT 1'",
                            "ALTER FUNCTION leak() SET work_mem = '1MB'",
                            "CREATE VIEW v AS SELECT 1 AS a",
                            "CREATE OR REPLACE VIEW v AS SELECT leak() AS a",
                            "CREATE RULE r AS ON INSERT TO u DO ALSO SELECT 1",
                            "ALTER TABLE u ENABLE ROW LEVEL SECURITY",
                            "CREATE POLICY p ON u USING (a > 0)",
                            "ALTER POLICY p ON u USING (a > 1)",
                            "CREATE DOMAIN d AS int",
                            "ALTER DOMAIN d ADD CONSTRAINT c CHECK (VALUE > 0)",
                            "ALTER DOMAIN d SET DEFAULT 1",
                            "ALTER DOMAIN d DROP CONSTRAINT c",
                            "CREATE OPERATOR === (FUNCTION = int4eq, LEFTARG = int, RIGHTARG ="
                                    + " int)",
                            "CREATE AGGREGATE g (int) (SFUNC = int4pl, STYPE = int)",
                            "CREATE CAST (text AS d) WITH INOUT",
                            "CREATE INDEX i ON u (lower(c))",
                            "CREATE TABLE w () INHERITS (u)",
                            "ALTER TABLE w NO INHERIT u",
                            "CREATE TYPE n AS RANGE (SUBTYPE = int4)",
                            "CREATE EXTENSION citext",
                            "DROP TABLE w; CREATE TABLE w ()",
                            "DROP FUNCTION leak_i(int)")) {
                String gateBefore = Catalogs.value(session, gate);
                String before = Catalogs.value(session, CatalogMark.question());
                Catalogs.run(owner, ddl);
                assertThat(Catalogs.value(session, gate)).as(ddl).isNotEqualTo(gateBefore);
                assertThat(Catalogs.value(session, CatalogMark.question()))
                        .as(ddl)
                        .isNotEqualTo(before);
            }
            Catalogs.run(owner, "ANALYZE"); // notes that a table has no children any more
            String gateBefore = Catalogs.value(session, gate);
            String before = Catalogs.value(session, CatalogMark.question());
            Catalogs.run(session, "SELECT count(*) FROM pg_class");
            assertThat(Catalogs.value(session, gate)).isEqualTo(gateBefore);
            for (String text :
                    List.of("INSERT INTO u (a) VALUES (2)", "ANALYZE", "VACUUM FREEZE pg_class")) {
                Catalogs.run(owner, text);
            }
            assertThat(Catalogs.value(session, CatalogMark.question())).isEqualTo(before);
        }
    }
}
