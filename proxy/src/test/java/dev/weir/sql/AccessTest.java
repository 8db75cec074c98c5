package dev.weir.sql;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.sql.Access.Hint;
import dev.weir.sql.Access.Kind;
import dev.weir.sql.Access.Veto;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessTest {
    private static final Functions FUNCTIONS = functions();

    private final Texts texts = new Texts(0);

    private static Functions functions() {
        Functions.Builder builder = Functions.builder();
        List<String> system =
                List.of("count", "sum", "max", "lower", "generate_series", "left", "pg_typeof");
        for (String name : system) {
            builder.add(name, false, true);
        }
        return builder.add("random", true, true)
                .add("pg_sleep", true, true)
                .add("nextval", true, true)
                .add("ts_stat", true, true)
                .add("my_stable", false, false)
                .add("my_volatile", true, false)
                .add("join", true, false)
                .addName("writing_view", "my_volatile", true, false)
                .addName("Quoted \" view", "nextval", true, true)
                .addName("node_view", "txid_current", false, true)
                .addName("harmless_view", "random", true, true)
                .addName("harmless_view", "now", false, true)
                .addName("my_domain", "my_volatile", true, false)
                .addName("größe", "my_volatile", true, false)
                .addName("<->", "my_volatile", true, false)
                .addName("~~", "my_volatile", true, false)
                .addRelation("my_sequence", false)
                .addRelation("my_unlogged_view", true)
                .build();
    }

    private Access of(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        return texts.access(in, 0, bytes.length, LexicalRules.STANDARD);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1",
                "select * from t where a = $1",
                "SELECT count(*), sum(a) FROM t GROUP BY (b) HAVING max(c) IN (1, 2)",
                "TABLE t",
                "VALUES (1, 'INSERT'), (2, $$DELETE FROM t$$)",
                "(SELECT 1) UNION ALL (SELECT 2)",
                "WITH a AS (SELECT 1), b(x, y) AS MATERIALIZED (SELECT 1, 2) SELECT * FROM a, b",
                "WITH RECURSIVE t(n) AS (VALUES (1) UNION SELECT n + 1 FROM t) TABLE t",
                "SELECT \"update\", t.delete, x AS insert FROM t",
                "SELECT substring(a FOR 3), CAST(a AS numeric(10, 2)), b::varchar(10) FROM t",
                "SELECT * FROM generate_series(1, 3) AS g(x)",
                "SELECT sum(a) FILTER (WHERE b) OVER (PARTITION BY (c)) FROM t",
                "SELECT * FROM a LEFT JOIN b USING (c) WHERE EXISTS (SELECT FROM c)",
                "SELECT DISTINCT ON (a) lower(b) FROM t",
                "SELECT random(), my_stable(1), pg_sleep(1), pg_typeof(1), pg_catalog.lower('a')",
                "SELECT 1; SELECT 2;",
                "EXPLAIN INSERT INTO t VALUES (1)",
                "EXPLAIN (COSTS off, VERBOSE) DELETE FROM t",
                "EXPLAIN ANALYZE SELECT 1",
                "EXPLAIN (ANALYZE, BUFFERS) SELECT 1",
                "EXPLAIN ANALYZE (SELECT 1)",
                "COPY t TO STDOUT",
                "COPY s.t (a, b) TO STDOUT WITH (FORMAT csv)",
                "COPY (SELECT 1) TO STDOUT",
                "SELECT 'nextval(1)' /* INSERT INTO t */ -- DELETE",
                "SELECT left('abc', 1), \"lower\"('A')",
                "SELECT a::pg_catalog.text FROM t",
                "SELECT * FROM harmless_view, t AS x"
            })
    void knowsReads(String text) {
        Access access = of(text);
        assertThat(access.kind()).as(text + ": " + access).isEqualTo(Kind.READ);
        assertThat(access.forbidden(FUNCTIONS)).isEmpty();
        assertThat(access.isRead(FUNCTIONS)).isTrue();
        assertThat(access.isDenied(null)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '`',
            value = {
                "INSERT INTO t VALUES (1) # MODIFIES # INSERT",
                "UPDATE t SET a = 1 # MODIFIES # UPDATE",
                "DELETE FROM t # MODIFIES # DELETE",
                "MERGE INTO t USING s ON a = b WHEN MATCHED THEN DELETE # MODIFIES # MERGE",
                "WITH x AS (INSERT INTO t VALUES (1) RETURNING *) SELECT * FROM x # MODIFIES #"
                        + " INSERT",
                "(WITH x AS (DELETE FROM t RETURNING *) TABLE x) # MODIFIES # DELETE",
                "WITH x AS (SELECT 1) UPDATE t SET a = 1 # MODIFIES # UPDATE",
                "SELECT * INTO b FROM a # INTO # INTO",
                "SELECT * FROM t FOR UPDATE # LOCKS_ROWS # FOR",
                "SELECT * FROM (SELECT * FROM t FOR NO KEY UPDATE) s # LOCKS_ROWS # FOR",
                "SELECT * FROM t for/**/share # LOCKS_ROWS # for",
                "SELECT * FROM t FOR KEY SHARE SKIP LOCKED # LOCKS_ROWS # FOR",
                "EXPLAIN ANALYZE INSERT INTO t VALUES (1) # MODIFIES # INSERT",
                "EXPLAIN (\"analyze\") INSERT INTO t VALUES (1) # MODIFIES # INSERT",
                "EXPLAIN (U&\"\\0061nalyze\") DELETE FROM t # MODIFIES # DELETE",
                "EXPLAIN (COSTS off, ANALYZE) UPDATE t SET a = 1 # MODIFIES # UPDATE",
                "EXPLAIN ANALYZE WITH x AS (DELETE FROM t) SELECT 1 # MODIFIES # DELETE",
                "COPY t FROM STDIN # COMMAND # COPY",
                "COPY t TO '/tmp/x' # COMMAND # COPY",
                "COPY (DELETE FROM t RETURNING *) TO STDOUT # MODIFIES # DELETE",
                "CALL p() # COMMAND # CALL",
                "DO $$BEGIN END$$ # COMMAND # DO",
                "SHOW transaction_read_only # COMMAND # SHOW",
                "SELECT * FROM pg_class # CATALOG # pg_class",
                "SELECT * FROM pg_catalog.pg_class c # CATALOG # pg_class",
                "SELECT * FROM information_schema.tables # CATALOG # information_schema",
                "TABLE \"pg_stat_activity\" # CATALOG # \"pg_stat_activity\"",
                "COPY pg_class TO STDOUT # CATALOG # pg_class",
                "SELECT current_setting('a') # NODE_FUNCTION # current_setting",
                "SELECT pg_is_in_recovery() # NODE_FUNCTION # pg_is_in_recovery",
                "BEGIN READ WRITE # TRANSACTION_MODE # WRITE",
                "BEGIN ISOLATION LEVEL SERIALIZABLE, READ ONLY # TRANSACTION_MODE # SERIALIZABLE",
                "SELECT 1; INSERT INTO t VALUES (1) # MODIFIES # INSERT",
                "SELECT 1; BEGIN # COMMAND # BEGIN",
                "SELECT ' # UNCLEAR #",
                "SELECT U&\"n\\0065xtval\"('s') # UNCLEAR # U&\"n\\0065xtval\"",
            })
    void saysWhyATextIsNoRead(String text, Veto veto, String token) {
        Access access = of(text);
        assertThat(access.kind()).as(text).isNotEqualTo(Kind.READ);
        assertThat(access.veto()).as(text).isEqualTo(veto);
        assertThat(access.token()).as(text).isEqualTo(token == null ? "" : token);
        assertThat(access.isRead(FUNCTIONS)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "SELECT my_volatile() # my_volatile",
                "SELECT s.my_volatile(1) # my_volatile",
                "SELECT \"my_volatile\" (1) # my_volatile",
                "SELECT MY_VOLATILE/* */(1) # my_volatile",
                "SELECT * FROM t WHERE a IN (SELECT unheard_of(1)) # unheard_of",
                "SELECT DISTINCT ON (a) my_volatile(b) FROM t # my_volatile",
                "SELECT (a) OPERATOR(s.+) my_volatile(b) FROM t # my_volatile",
                "SELECT join(1) # join",
                "SELECT ts_stat('SELECT 1') # ts_stat",
                "WITH x AS (SELECT 1) SELECT 1, my_volatile(1) # my_volatile",
                "WITH x(a) AS (SELECT 1, my_volatile(2)) SELECT 1 # my_volatile",
                "COPY (SELECT my_volatile()) TO STDOUT # my_volatile"
            })
    void asksTheDatabaseAboutFunctions(String text, String function) {
        Access access = of(text);
        assertThat(access.kind()).isEqualTo(Kind.READ);
        assertThat(access.forbidden(FUNCTIONS)).isEqualTo(function);
        assertThat(access.isRead(FUNCTIONS)).isFalse();
        assertThat(access.isRead(null)).isFalse();
    }

    /** What a standby carries out without a word, though not as its author meant it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "pg_advisory_lock(1)",
                "pg_advisory_xact_lock(1)",
                "pg_advisory_lock_shared(1)",
                "pg_try_advisory_lock(1)",
                "pg_try_advisory_xact_lock_shared(1, 2)",
                "pg_advisory_unlock(1)",
                "pg_advisory_unlock_all()",
                "set_config('a.b', 'c', false)",
                "pg_catalog.set_config('a.b', 'c', false)",
                "setseed(0.5)",
                "pg_export_snapshot()",
                "pg_stat_reset()",
                "pg_stat_reset_shared('bgwriter')",
                "pg_stat_reset_single_table_counters(1)",
                "pg_stat_statements_reset()",
                "pg_terminate_backend(1)",
                "pg_cancel_backend(1)",
                "pg_reload_conf()",
                "pg_rotate_logfile()",
                "pg_create_physical_replication_slot('a')",
                "pg_drop_replication_slot('a')",
                "pg_backup_start('a')",
                "pg_promote()",
                "pg_wal_replay_pause()",
                "pg_switch_wal()",
                "nextval('s')",
                "setval('s', 1)",
                "currval('s')",
                "lastval()",
                "pg_notify('a', 'b')",
                "txid_current()",
                "pg_current_xact_id()",
                "lo_open(1, 131072)",
                "lo_create(0)",
                "lo_unlink(1)",
                "lo_from_bytea(0, 'a')",
                "lo_put(1, 0, 'a')",
                "lowrite(1, 'a')",
                "pg_logical_emit_message(true, 'a', 'b')",
                "pg_prewarm('t')",
                "gin_clean_pending_list('i')",
                "brin_summarize_new_values('i')",
            })
    void deniesFunctionsThatMeanNothingOnAStandby(String call) {
        for (String text :
                new String[] {
                    "SELECT " + call,
                    "select * from t where (" + call + ") is not null",
                    "SELECT " + call.toUpperCase(Locale.ROOT).replace("(", " /**/ ("),
                    "SELECT \""
                            + call.replaceFirst("\\(", "\"(")
                                    .replace("pg_catalog.", "pg_catalog\".\""),
                    "DECLARE c CURSOR FOR SELECT " + call,
                }) {
            assertThat(of(text).isDenied(null)).as(text).isTrue();
            assertThat(of(text).kind()).as(text).isEqualTo(Kind.OTHER);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER SYSTEM SET a = 1",
                "CHECKPOINT",
                "LOAD 'x'",
                "LISTEN a",
                "NOTIFY a",
                "PREPARE p AS SELECT 1",
                "DECLARE c CURSOR WITH HOLD FOR SELECT 1",
                "DO $$BEGIN END$$",
                "CALL p()",
                "LOCK TABLE t"
            })
    void deniesCommandsThatMeanNothingOnAStandby(String text) {
        assertThat(of(text).isDenied(null)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "BEGIN # BEGIN",
                "begin work; # BEGIN",
                "START TRANSACTION ISOLATION LEVEL REPEATABLE READ # BEGIN",
                "BEGIN READ ONLY # BEGIN_READ_ONLY",
                "BEGIN NOT DEFERRABLE ISOLATION LEVEL READ UNCOMMITTED # BEGIN",
                "BEGIN TRANSACTION DEFERRABLE, READ ONLY READ ONLY # BEGIN_READ_ONLY",
                "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY # OTHER",
                "BEGIN REPEATABLE READ # OTHER",
                "BEGIN LEVEL # OTHER",
                "BEGIN READ # OTHER",
                "BEGIN NOT # OTHER",
                "BEGIN , READ ONLY # OTHER",
                "BEGIN READ ONLY, # OTHER",
                "BEGIN READ ONLY,, DEFERRABLE # OTHER",
                "BEGIN WORK TRANSACTION # OTHER",
                "BEGIN READ ONLY WORK # OTHER",
                "BEGIN \"read\" ONLY # OTHER",
                "BEGIN ISOLATION LEVEL READ ONLY # OTHER",
                "START # OTHER",
                "START WORK # OTHER",
                "BEGIN -- ä # OTHER",
                "BEGIN ISOLATION LEVEL READ COMMITTED, READ ONLY # BEGIN_READ_ONLY",
                "START TRANSACTION READ ONLY, NOT DEFERRABLE # BEGIN_READ_ONLY",
                "BEGIN READ ONLY; SELECT 1; COMMIT # BEGIN_READ_ONLY",
                "BEGIN READ ONLY; COMMIT; INSERT INTO t VALUES (1) # OTHER",
                "SET TRANSACTION READ ONLY # SET_READ_ONLY",
                "SET transaction_read_only = on # SET_READ_ONLY",
                "SET LOCAL transaction_read_only TO true # SET_READ_ONLY",
                "SET LOCAL TRANSACTION READ ONLY # SET_READ_ONLY",
                "SET \"transaction_read_only\" TO 'Y' # SET_READ_ONLY",
                "SET TRANSACTION READ WRITE # OTHER",
                "SET transaction_read_only = off # OTHER",
                "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY # OTHER",
                "-- nothing # EMPTY",
                "COMMIT # COMMIT",
                "end work # COMMIT",
                "ROLLBACK # ROLLBACK",
                "ROLLBACK TO a # OTHER",
                "COMMIT AND CHAIN # OTHER",
                "COMMIT; SELECT 1 # OTHER"
            })
    void knowsWhatBeginsAReadOnlyTransaction(String text, Kind kind) {
        assertThat(of(text).kind()).as(text).isEqualTo(kind);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '`',
            value = {
                "SET TRANSACTION READ WRITE # true",
                "SET SESSION TRANSACTION READ WRITE # true",
                "SET TRANSACTION SNAPSHOT 'a' # true",
                "SET transaction_read_only = off # true",
                "SET LOCAL transaction_read_only TO DEFAULT # true",
                "SET transaction_isolation TO 'Serializable' # true",
                "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY # true",
                "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ # false",
                "SET transaction_isolation TO 'read committed' # false",
                "SET search_path TO a # false"
            })
    void knowsModesThatNoStandbyHas(String text, boolean isRefused) {
        assertThat(of(text).isRefused()).as(text).isEqualTo(isRefused);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "COMMIT; INSERT INTO t VALUES (1) # COMMIT",
                "ABORT; BEGIN # ROLLBACK",
                "COMMIT AND CHAIN; SELECT 1 # OTHER",
                "SELECT 1; COMMIT # READ",
                "-- nothing # EMPTY"
            })
    void knowsWhatATextBeginsWith(String text, Kind opening) {
        assertThat(of(text).opening()).isEqualTo(opening);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '`',
            nullValues = "null",
            value = {
                "SET weir.route = 'replica' # SET_WEIR # route # replica",
                "set session weir.Explain to on # SET_WEIR # explain # on",
                "SET weir.min_lsn TO '0/16B3748'; # SET_WEIR # min_lsn # 0/16B3748",
                "SET weir.route TO DEFAULT # SET_WEIR # route # null",
                "RESET weir.route # SET_WEIR # route # null",
                "SHOW weir.lsn # SHOW_WEIR # lsn # null"
            })
    void knowsWeirsOwnSettings(String text, Kind kind, String name, String value) {
        Access access = of(text);
        assertThat(access.kind()).isEqualTo(kind);
        assertThat(access.setting()).isEqualTo(name);
        assertThat(access.value()).isEqualTo(value);
    }

    @Test
    void readsHintsInCommentsOnly() {
        assertThat(of("/* weir: route=replica */ SELECT f()").hint()).isEqualTo(Hint.REPLICA);
        assertThat(of("SELECT 1 /*weir:route = primary*/").hint()).isEqualTo(Hint.PRIMARY);
        assertThat(of("SELECT '/* weir: route=replica */'").hint()).isEqualTo(Hint.NONE);
        assertThat(of("SELECT 1 -- weir: route=replica").hint()).isEqualTo(Hint.NONE);
        assertThat(of("/* weir: route=nowhere */ SELECT 1").hint()).isEqualTo(Hint.NONE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "SELECT 1 # false",
                "SELECT my_volatile() # true",
                "SELECT nextval('s') # true",
                "SELECT * FROM pg_class # true",
                "INSERT INTO t VALUES (1) # true",
                "SET a = 1 # false",
                "SET a = 1; INSERT INTO t VALUES (1) # true",
                "SELECT a FROM t # false",
                "SELECT a FROM writing_view # true",
                "SHOW a # false",
                "BEGIN # false",
                "COMMIT # false",
                "SET weir.route = auto # false",
                "CALL p() # true"
            })
    void knowsWhatMayWrite(String text, boolean writes) {
        assertThat(of(text).mayWrite(FUNCTIONS)).as(text).isEqualTo(writes);
    }

    @Test
    void takesAnyRelationForOneThatWritesWhileNothingIsKnown() {
        assertThat(of("SELECT a FROM t").mayWrite(null)).isTrue();
        assertThat(of("SELECT a FROM t").isRead(null)).isFalse();
        assertThat(of("SELECT 1").isRead(null)).isTrue();
        assertThat(of("SELECT 1").mayWrite(null)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT * FROM writing_view",
                "TABLE Writing_VIEW",
                "select a from s.writing_view w where b = 1",
                "SELECT 1 FROM t JOIN \"writing_view\" USING (a)",
                "SELECT (SELECT 1 FROM t, ONLY (writing_view))",
                "WITH w AS (SELECT * FROM writing_view) SELECT * FROM w",
                "COPY (TABLE writing_view) TO STDOUT",
                "EXPLAIN ANALYZE SELECT * FROM writing_view",
                "SELECT 1; SELECT * FROM writing_view",
                "SELECT * FROM node_view",
                "SELECT * FROM \"Quoted \"\" view\"",
                "COPY writing_view TO STDOUT"
            })
    void knowsRelationsThatWriteWhenTheyAreRead(String text) {
        assertThat(of(text).kind()).isEqualTo(Kind.READ);
        assertThat(of(text).isRead(FUNCTIONS)).as(text).isFalse();
        assertThat(of(text).forbidden(FUNCTIONS)).containsIgnoringCase("view");
        assertThat(of(text).mayWrite(FUNCTIONS)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "SELECT 'a'::my_domain # my_domain",
                "SELECT CAST('a' AS my_domain) # my_domain",
                "SELECT a<->b FROM t # <->",
                "SELECT a LIKE b FROM t # ~~",
                "SELECT last_value FROM my_sequence # my_sequence",
                "SELECT * FROM größe # größe",
                "SELECT * FROM gr\u00e4\u00e4e # größe",
                "SELECT * FROM my_unlogged_view # my_unlogged_view"
            })
    void knowsNamesThatReachAFunction(String text, String name) {
        assertThat(of(text).forbidden(FUNCTIONS)).isEqualTo(name);
    }

    @Test
    void deniesWhatAStandbyDoesNotHave() {
        Access access = of("SELECT * FROM my_unlogged_view");
        assertThat(access.isDenied(FUNCTIONS)).isTrue();
        assertThat(access.denied(FUNCTIONS)).isEqualTo("my_unlogged_view");
        assertThat(access.isDenied(null)).isFalse();
        assertThat(of("SELECT * FROM my_sequence").isDenied(FUNCTIONS)).isFalse();
    }

    @Test
    void takesATextOfTooManyNamesForOneWithAny() {
        var many = new StringBuilder("SELECT ");
        for (int i = 0; i < Access.NAMES_MAX; i++) {
            many.append('a').append(i).append(", ");
        }
        many.append("a FROM t");
        assertThat(of(many.toString()).isRead(FUNCTIONS)).isFalse();
        assertThat(of(many.toString()).isRead(Functions.builder().build())).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1' # true",
                "ALTER FUNCTION f() VOLATILE # true",
                "DROP PROCEDURE p # true",
                "CREATE EXTENSION pg_trgm # true",
                "CREATE OR REPLACE TEMP RECURSIVE VIEW v AS SELECT 1 # false",
                "CREATE RECURSIVE VIEW v AS SELECT replace temp FROM t # true",
                "ALTER TABLE v RENAME TO w # true",
                "ALTER TABLE t ALTER a TYPE my_domain # true",
                "CREATE CAST (temp AS t) WITH FUNCTION f # true",
                "CREATE OPERATOR + (FUNCTION = f) # true",
                "IMPORT FOREIGN SCHEMA s FROM SERVER a INTO b # true",
                "DROP TABLE t # true",
                "ALTER POLICY p ON t USING (f()) # true",
                "CREATE RULE r AS ON SELECT TO t DO INSTEAD SELECT 1 # true",
                "BEGIN; ALTER ROUTINE f() STABLE; COMMIT # true",
                "CREATE TEMP TABLE t (function int) # false",
                "COMMENT ON FUNCTION f() IS 'x' # false",
                "SELECT 'CREATE FUNCTION' # false"
            })
    void knowsWhatDefinesFunctions(String text, boolean defines) {
        assertThat(of(text).definesFunctions()).as(text).isEqualTo(defines);
    }

    @Test
    void remembersWhatWasRefused() {
        byte[] bytes = "SELECT * FROM liar".getBytes(UTF_8);
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        assertThat(of("SELECT * FROM liar").isRead(FUNCTIONS)).isTrue();
        texts.refused(in, 0, bytes.length, LexicalRules.STANDARD);
        Access now = of("SELECT * FROM liar");
        assertThat(now.isRead(FUNCTIONS)).isFalse();
        assertThat(now.veto()).isEqualTo(Veto.REFUSED_BEFORE);
        assertThat(now.isRefused()).isTrue();
        assertThat(now.isDenied(null)).isFalse();
    }

    @Test
    void looksOnceAtATextThatIsKept() {
        byte[] bytes = "SELECT my_stable(1)".getBytes(UTF_8);
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        assertThat(texts.query(in, 0, bytes.length, LexicalRules.STANDARD)).isNull();
        Text kept = texts.query(in, 0, bytes.length, LexicalRules.STANDARD);
        assertThat(kept).isNotNull();
        assertThat(of("SELECT my_stable(1)")).isSameAs(kept.access()).isSameAs(kept.access());
    }

    @Test
    void looksAtNothingLong() {
        assertThat(of("SELECT 1" + " ".repeat(Classifier.TEXT_BYTES_MAX)).veto())
                .isEqualTo(Veto.TOO_LONG);
    }

    @Test
    void answersForAnyBytes() {
        String[] parts = {
            "SELECT",
            "(",
            ")",
            "'",
            "\"",
            "$$",
            "/*",
            "*/",
            "--",
            "\n",
            ";",
            "nextval",
            "U&\"",
            "E'",
            "\\",
            "WITH",
            "AS",
            "BEGIN",
            "READ ONLY",
            "SET",
            "weir",
            ".",
            "=",
            "COPY",
            "TO",
            "STDOUT",
            "EXPLAIN",
            "ANALYZE",
            ",",
            "pg_class",
            "\0",
            "é",
            "FOR",
            "UPDATE",
            "INTO",
            "::",
            "/* weir:"
        };
        var random = new Random(4711);
        for (int i = 0; i < 50_000; i++) {
            var text = new StringBuilder();
            for (int n = random.nextInt(12); n >= 0; n--) {
                text.append(parts[random.nextInt(parts.length)]);
                text.append(random.nextBoolean() ? " " : "");
            }
            assertThat(of(text.toString())).isNotNull();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "COMMIT # true",
                "END WORK # true",
                "COMMIT AND CHAIN # true",
                "UPDATE t SET a = 1; COMMIT; BEGIN # true",
                "UPDATE t SET a = 'no end # true",
                "BEGIN; UPDATE t SET a = 1 # false",
                "ROLLBACK AND CHAIN # false",
                "SELECT 'COMMIT' # false"
            })
    void knowsWhatMayCommit(String text, boolean mayCommit) {
        assertThat(of(text).mayCommit()).isEqualTo(mayCommit);
        assertThat(of(text).refused().mayCommit()).isEqualTo(mayCommit);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SELECT 1 | READS",
                "SELECT a FROM t FOR NO KEY UPDATE | READS",
                "SELECT a FROM t FOR UPDATE OF t | READS",
                "SELECT delete FROM update | READS WRITES",
                "EXPLAIN DELETE FROM t | READS",
                "EXPLAIN ANALYZE DELETE FROM t | WRITES",
                "EXPLAIN (ANALYZE) WITH a AS (DELETE FROM t RETURNING 1) TABLE a | READS WRITES",
                "COPY t TO STDOUT | READS",
                "COPY t FROM STDIN | WRITES",
                "COPY (DELETE FROM t RETURNING a) TO STDOUT | READS WRITES",
                "DECLARE c CURSOR FOR SELECT 1 | READS",
                "EXECUTE p | READS WRITES",
                "SELECT nextval('s') | READS WRITES",
                "SELECT pg_terminate_backend(1) | READS WRITES",
                "SELECT * INTO t FROM u | READS DEFINES",
                "WITH a AS (INSERT INTO t VALUES (1) RETURNING a) SELECT * FROM a | READS WRITES",
                "INSERT INTO t SELECT * FROM u | WRITES",
                "UPDATE t SET a = 1 | WRITES",
                "MERGE INTO t USING u ON a = b WHEN MATCHED THEN DELETE | WRITES",
                "TRUNCATE t | WRITES",
                "CALL p() | WRITES",
                "DO 'BEGIN END' | WRITES",
                "FROB t | WRITES",
                "CREATE TABLE t AS SELECT 1 | DEFINES",
                "CREATE RULE r AS ON INSERT TO t DO DELETE FROM u | DEFINES",
                "ALTER TABLE t OWNER TO u | DEFINES",
                "DROP VIEW v | DEFINES",
                "COMMENT ON TABLE t IS 'x' | DEFINES",
                "REFRESH MATERIALIZED VIEW v | DEFINES",
                "CREATE ROLE r | GRANTS",
                "alter user u password 'x' | GRANTS",
                "DROP GROUP g | GRANTS",
                "GRANT SELECT ON t TO u | GRANTS",
                "REVOKE ALL ON t FROM u | GRANTS",
                "REASSIGN OWNED BY a TO b | GRANTS",
                "DROP OWNED BY a | DEFINES GRANTS",
                "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO u | GRANTS",
                "VACUUM t | MAINTAINS",
                "ANALYZE | MAINTAINS",
                "CHECKPOINT | MAINTAINS",
                "REINDEX TABLE t | MAINTAINS",
                "ALTER SYSTEM SET a = 1 | MAINTAINS",
                "BEGIN; SET a = 1; SHOW a; LOCK t; NOTIFY x; PREPARE p AS DELETE FROM t; COMMIT |"
                        + " ''",
                "SET weir.route = 'primary' | ''",
                "BEGIN; INSERT INTO t VALUES (1); SELECT 1; DROP TABLE t; COMMIT"
                        + " | READS WRITES DEFINES",
                "SELECT 'a | READS WRITES DEFINES GRANTS MAINTAINS"
            })
    void saysWhatKindsOfStatementsThereAre(String text, String deeds) {
        assertThat(deeds(of(text).deeds())).isEqualTo(deeds);
    }

    private static String deeds(int bits) {
        List<String> names = List.of("READS", "WRITES", "DEFINES", "GRANTS", "MAINTAINS");
        List<String> all = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            if ((bits & 1 << i) != 0) {
                all.add(names.get(i));
            }
        }
        return String.join(" ", all);
    }
}
