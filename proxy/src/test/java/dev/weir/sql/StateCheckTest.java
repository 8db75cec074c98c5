package dev.weir.sql;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.weir.sql.StatefulBuiltins.Row;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a text may leave in its session: by itself, and by the names that a database adds. */
final class StateCheckTest {
    /* text ## class ## the word that decides; \n is a line break */

    private static final String TEXTS =
            """
            SELECT 1 ## CLEAN
            SELECT abalance FROM pgbench_accounts WHERE aid = 1; ## CLEAN
            UPDATE pgbench_accounts SET abalance = abalance + -5 WHERE aid = 1; ## CLEAN
            UPDATE pgbench_tellers SET tbalance = tbalance + $1 WHERE tid = $2 ## CLEAN
            INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES (1, 2, 3, 4, CURRENT_TIMESTAMP); ## CLEAN
            BEGIN; UPDATE t SET a = 1; END; ## CLEAN
            (SELECT 1) UNION (VALUES (2)) ## CLEAN
            TABLE t ## CLEAN
            WITH x AS (INSERT INTO t VALUES (1) RETURNING a) SELECT * FROM x ## CLEAN
            MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE ## CLEAN
            COPY t FROM STDIN ## CLEAN
            COPY (SELECT 1) TO STDOUT ## CLEAN
            EXPLAIN (ANALYZE, BUFFERS) SELECT 1 ## CLEAN
            EXPLAIN ANALYZE VERBOSE SELECT 1 ## CLEAN
            EXPLAIN (SELECT 1) ## CLEAN
            SHOW work_mem ## CLEAN
            SAVEPOINT a; RELEASE a; ROLLBACK TO a ## CLEAN
            DECLARE c CURSOR WITHOUT HOLD FOR SELECT 1 ## CLEAN
            FETCH 1 FROM c; MOVE c; CLOSE c ## CLEAN
            LOCK TABLE t; NOTIFY a, 'b' ## CLEAN
            SELECT random(), now(), gen_random_uuid(), pg_advisory_xact_lock(1) ## CLEAN
            SELECT 1 FOR UPDATE ## CLEAN
            SELECT currval('s'), lastval() ## CLEAN
            CALL p(1) ## CLEAN
            SET LOCAL work_mem = '1MB' ## CLEAN
            SET TRANSACTION READ ONLY; SET CONSTRAINTS ALL DEFERRED ## CLEAN
            SET LOCAL TIME ZONE 'UTC'; SET LOCAL ROLE a; SET LOCAL SESSION AUTHORIZATION a ## CLEAN
            SELECT * FROM pg_settings ## CLEAN
            SELECT * FROM pg_settings FOR UPDATE ## CLEAN
            ## CLEAN
            ; ; -- nothing ## CLEAN
            SELECT 'set_config(1)', $$ nextval $$, E'\\'nextval' /* setval */ -- setseed ## CLEAN
            SELECT 1 AS "U&setseed" ## CLEAN
            SET work_mem = '1MB' ## KEEP ## work_mem
            SET SESSION work_mem = '1MB' ## KEEP ## work_mem
            SET LOCAL a.b = 'c' ## KEEP ## a
            SET LOCAL "a.b" = 'c' ## KEEP ## "a.b"
            SET local.a = 1 ## KEEP ## local
            SET session.a = 1 ## KEEP ## session
            SET transaction.a = 1 ## KEEP ## transaction
            SET TIME ZONE 'UTC' ## KEEP ## TIME
            SET SESSION AUTHORIZATION a ## KEEP ## AUTHORIZATION
            SET ROLE NONE ## KEEP ## ROLE
            RESET ALL ## KEEP ## RESET
            DISCARD ALL ## KEEP ## DISCARD
            LISTEN a ## KEEP ## LISTEN
            UNLISTEN * ## KEEP ## UNLISTEN
            PREPARE a AS SELECT 1 ## KEEP ## PREPARE
            DEALLOCATE a ## KEEP ## DEALLOCATE
            DECLARE c CURSOR WITH HOLD FOR SELECT 1 ## KEEP ## HOLD
            SELECT * FROM pg_temp.t ## KEEP ## pg_temp
            SELECT * FROM "pg_temp_3".t ## KEEP ## "pg_temp_3"
            SELECT pg_catalog . "set_config" ('a', 'b', true) ## KEEP ## "set_config"
            UPDATE pg_settings SET setting = '1' ## KEEP ## pg_settings
            SET seed = 0.5 ## WIPE ## seed
            SET LOCAL seed TO 0.5 ## WIPE ## seed
            SET SESSION "SEED" = 0.5 ## WIPE ## "SEED"
            DO $$ BEGIN END $$ ## WIPE ## DO
            EXECUTE a ## WIPE ## EXECUTE
            EXPLAIN EXECUTE a ## WIPE ## EXECUTE
            EXPLAIN (ANALYZE) EXECUTE a ## WIPE ## EXECUTE
            EXPLAIN ANALYZE CREATE TABLE t AS SELECT 1 ## WIPE ## CREATE
            EXPLAIN ANALYZE (SELECT 1 INTO t) ## WIPE ## INTO
            SELECT 1 INTO t ## WIPE ## INTO
            SELECT 1 INTO TEMP t ## WIPE ## INTO
            CREATE TABLE t (a int) ## WIPE ## CREATE
            SELECT 1; DROP TABLE t ## WIPE ## DROP
            VACUUM ## WIPE ## VACUUM
            ANALYZE t ## WIPE ## ANALYZE
            TRUNCATE t ## WIPE ## TRUNCATE
            REFRESH MATERIALIZED VIEW v ## WIPE ## REFRESH
            frobnicate ## WIPE ## frobnicate
            SELECT U&"\\0073etseed"(1) ## WIPE ## U&"\\0073etseed"
            SELECT U&"!0073etseed" UESCAPE '!' (1) ## WIPE ## U&"!0073etseed"
            SELECT U&"setseed"(0.5) ## WIPE ## U&"setseed"
            SELECT 'abc ## WIPE
            SELECT setseed(0.5) ## WIPE ## setseed
            SELECT nextval('s') ## WIPE ## nextval
            SELECT nextval('s'), set_config('a', 'b', false) ## WIPE ## nextval
            SET a.b = 1; SELECT pg_backup_start('x') ## TAINT ## pg_backup_start
            LOAD 'auto_explain' ## TAINT ## LOAD
            """;

    private static final String[] SPELLINGS = {
        "SELECT %s(1)",
        "SELECT * FROM pg_catalog.%s(1)",
        "SELECT\\n/* a */%s/* b */ (1)",
        "SELECT \"%s\"(1)",
        "SELECT \"pg_catalog\" . \"%s\" (1)",
        "SELECT (x).%s FROM x",
        "VALUES (%s(1))",
        "WITH a AS (SELECT %s(1)) INSERT INTO b TABLE a",
        "INSERT INTO t VALUES (coalesce(a,%s(1)))",
        "UPDATE t SET a=%s(1)",
        "DELETE FROM t WHERE a=-%s(1)",
        "MERGE INTO t USING %s(1) u ON u.a=t.a WHEN MATCHED THEN DO NOTHING",
        "COPY (SELECT %s(1)) TO STDOUT",
        "EXPLAIN ANALYZE SELECT %s(1)",
        "EXPLAIN (ANALYZE) SELECT %s(1)",
        "EXPLAIN ANALYZE (SELECT %s(1))",
        "SELECT 1; SELECT a%%%s(1)",
        "DECLARE c CURSOR FOR SELECT %s(1)",
        "CALL p(%s(1))",
        "SELECT 1E1%s(1)",
        "SELECT $1%s(1)",
        "SELECT e'a'%s(1)",
        "SELECT U&\"%s\"(1)",
    };

    private final StateCheck check = new StateCheck();

    record Case(String text, StateClass stateClass, String deciding) {}

    static List<Case> cases() {
        return TEXTS.lines()
                .map(line -> line.split("\\s*## ", -1))
                .map(cells ->
                        new Case(
                                cells[0].replace("\\n", "\n"),
                                StateClass.valueOf(cells[1].strip()),
                                cells.length > 2 ? cells[2] : ""))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void judgesByTheTextAlone(Case one) {
        assertThat(judge(one.text, StateNames.builtin())).isEqualTo(one.stateClass);
        if (!one.deciding.isEmpty()) {
            assertThat(check.deciding()).isEqualTo(one.deciding);
        }
    }

    private StateClass judge(String text, StateNames names) {
        return judge(text.getBytes(UTF_8), LexicalRules.STANDARD, names);
    }

    private StateClass judge(byte[] text, LexicalRules rules, StateNames names) {
        ByteBuf in = Unpooled.wrappedBuffer(text);
        return StateClass.of(check.effects(in, 0, text.length, rules, names));
    }

    // --- PostgreSQL's own -----------------------------------------------------------------------

    @Test
    void findsEveryStatefulFunctionInEverySpelling() {
        int found = 0;
        for (Row row : StatefulBuiltins.rows()) {
            for (String name : row.effects() == 0 ? List.<String>of() : row.names()) {
                for (String spelling : SPELLINGS) {
                    String text = spelling.replace("\\n", "\n").formatted(name);
                    assertThat(judge(text, StateNames.builtin()))
                            .as(text)
                            .isGreaterThanOrEqualTo(StateClass.of(row.effects()));
                    if (!spelling.contains("\"")) {
                        text = spelling.replace("\\n", "\n").formatted(mixedCase(name));
                        assertThat(judge(text, StateNames.builtin()))
                                .as(text)
                                .isGreaterThanOrEqualTo(StateClass.of(row.effects()));
                    }
                    found++;
                }
            }
        }
        assertThat(found).isGreaterThan(1_000);
    }

    private static String mixedCase(String name) {
        var mixed = new StringBuilder(name);
        for (int i = 0; i < name.length(); i += 2) {
            mixed.setCharAt(i, Character.toUpperCase(name.charAt(i)));
        }
        return mixed.toString();
    }

    @Test
    void letsThePlainFunctionsPass() {
        for (Row row : StatefulBuiltins.rows()) {
            for (String name : row.effects() == 0 ? row.names() : List.<String>of()) {
                String text = "SELECT " + name.replace("*", "x") + "(1)";
                assertThat(judge(text, StateNames.builtin())).as(text).isEqualTo(StateClass.CLEAN);
            }
        }
    }

    @Test
    void saysOfEachFunctionOnce() {
        Map<String, Integer> times = new TreeMap<>();
        StatefulBuiltins.rows()
                .forEach(row -> row.names().forEach(name -> times.merge(name, 1, Integer::sum)));
        assertThat(times).allSatisfy((name, n) -> assertThat(n).as(name).isOne());
    }

    // --- what it cannot be sure of --------------------------------------------------------------

    @Test
    void isNotSureOfATextThatIsTooLongOrAmbiguous() {
        String spaces = " ".repeat(Classifier.TEXT_BYTES_MAX - 8);
        assertThat(judge("SELECT 1" + spaces, StateNames.builtin())).isEqualTo(StateClass.CLEAN);
        assertThat(judge("SELECT  1" + spaces, StateNames.builtin())).isEqualTo(StateClass.WIPE);
        byte[] plain = "SELECT 'a'".getBytes(UTF_8);
        byte[] doubtful = "SELECT 'a\\'".getBytes(UTF_8);
        LexicalRules rules = LexicalRules.AMBIGUOUS_BYTES;
        assertThat(judge(plain, rules, StateNames.builtin())).isEqualTo(StateClass.CLEAN);
        assertThat(judge(doubtful, rules, StateNames.builtin())).isEqualTo(StateClass.WIPE);
        assertThat(judge("SELECT 1\0; SET a.b = 1", StateNames.builtin()))
                .isEqualTo(StateClass.WIPE);
    }

    @Test
    void followsTheRulesOfTheSession() {
        byte[] text = "SELECT 'a\\'b', setseed(1) --'".getBytes(UTF_8);
        assertThat(judge(text, LexicalRules.BACKSLASH_ESCAPES, StateNames.builtin()))
                .isEqualTo(StateClass.WIPE);
        byte[] hidden = "SELECT 'a\\', setseed(1) --'".getBytes(UTF_8);
        assertThat(judge(hidden, LexicalRules.BACKSLASH_ESCAPES, StateNames.builtin()))
                .isEqualTo(StateClass.CLEAN);
        assertThat(judge(hidden, LexicalRules.STANDARD, StateNames.builtin()))
                .isEqualTo(StateClass.WIPE);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void answersForAnyBytes(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 5_000; i++) {
            byte[] text = new byte[random.nextInt(80)];
            random.nextBytes(text);
            int before = random.nextInt(text.length + 1);
            byte[] start = "SELECT ".getBytes(UTF_8);
            System.arraycopy(start, 0, text, 0, Math.min(before, start.length));
            judge(text, LexicalRules.STANDARD, names("a", "+", "näme"));
            check.deciding();
            check.names(Arrays.copyOf(text, text.length + 8), text.length, LexicalRules.STANDARD);
            RoutineState.ofPlpgsql(new String(text, ISO_8859_1));
            RoutineState.ofSql(new String(text, ISO_8859_1));
        }
    }

    // --- names of a database --------------------------------------------------------------------

    private static StateNames names(String... names) {
        Map<String, Integer> all = new TreeMap<>();
        for (String name : names) {
            all.put(name, StateEffects.SESSION);
        }
        return StateNames.with(all, 0);
    }

    @Test
    void findsNamesAsPostgresqlTakesThem() {
        String sixtyThree = "n".repeat(63);
        StateNames names = names("tenant", "Quoted", "two words", "a\"b", sixtyThree);
        for (String text :
                List.of(
                        "SELECT Tenant()",
                        "SELECT * FROM TENANT",
                        "SELECT 1::app.tenant",
                        "SELECT \"Quoted\"",
                        "SELECT \"two words\"()",
                        "SELECT \"a\"\"b\"()",
                        "SELECT " + sixtyThree + "()",
                        "SELECT " + sixtyThree + "more()",
                        "SELECT \"" + sixtyThree + "more\"()")) {
            assertThat(judge(text, names)).as(text).isEqualTo(StateClass.WIPE);
        }
        for (String text :
                List.of(
                        "SELECT tenants()",
                        "SELECT 'tenant', $a$tenant$a$",
                        "SELECT \"a\"",
                        "SELECT " + sixtyThree.substring(1) + "()")) {
            assertThat(judge(text, names)).as(text).isEqualTo(StateClass.CLEAN);
        }
    }

    @Test
    void findsNamesInAnyEncoding() {
        StateNames names = names("größe");
        assertThat(judge("SELECT größe()", names)).isEqualTo(StateClass.WIPE);
        assertThat(judge("SELECT GRÖße()", names)).isEqualTo(StateClass.WIPE);
        assertThat(judge("SELECT grosse()", names)).isEqualTo(StateClass.CLEAN);
        assertThat(judge("SELECT höhe()", names)).isEqualTo(StateClass.CLEAN);
        byte[] latin = "SELECT größe()".getBytes(ISO_8859_1);
        assertThat(judge(latin, LexicalRules.STANDARD, names)).isEqualTo(StateClass.WIPE);
        assertThat(judge("SELECT größe()", StateNames.builtin())).isEqualTo(StateClass.CLEAN);
    }

    /** Where it is cut depends on the server's encoding. */
    @Test
    void findsNamesThatWereCutInAnyEncoding() {
        StateNames names = names("ä".repeat(30) + "bc");
        String longer = "SELECT " + "ä".repeat(30) + "bcdef";
        assertThat(judge(longer, names)).isEqualTo(StateClass.WIPE);
        assertThat(judge(longer.getBytes(ISO_8859_1), LexicalRules.STANDARD, names))
                .isEqualTo(StateClass.WIPE);
        assertThat(judge("SELECT abc", names)).isEqualTo(StateClass.CLEAN);
    }

    @Test
    void findsOperators() {
        StateNames names = names("+", "=", "<>", "@-", "||");
        for (String text :
                List.of(
                        "SELECT a+b",
                        "SELECT a +-1",
                        "SELECT a+-1",
                        "SELECT a+/* b */b",
                        "SELECT a+--\nb",
                        "SELECT a=-1",
                        "SELECT a=+1",
                        "SELECT a OPERATOR(public.=) b",
                        "SELECT a<>b",
                        "SELECT a!=b",
                        "SELECT a@-b",
                        "SELECT a || b",
                        "SELECT x(a,b)+c",
                        "UPDATE t SET a=1 WHERE b=2")) {
            assertThat(judge(text, names)).as(text).isEqualTo(StateClass.WIPE);
        }
        for (String text :
                List.of(
                        "SELECT a-1",
                        "SELECT a -- +",
                        "SELECT a * /* + */ 2",
                        "SELECT a <= b",
                        "SELECT '+', a->>'='",
                        "SELECT a::int, x.*")) {
            assertThat(judge(text, names)).as(text).isEqualTo(StateClass.CLEAN);
        }
    }

    @Test
    void asksWhatATextDoesToATable() {
        int inserted = StateEffects.on(StateEffects.SEQUENCES, StateEffects.INSERTS);
        int updated = StateEffects.on(StateEffects.SESSION, StateEffects.UPDATES);
        int deleted = StateEffects.on(StateEffects.TAINTS, StateEffects.DELETES);
        StateNames names = StateNames.with(Map.of("t", inserted | updated | deleted), 0);
        assertThat(judge("SELECT * FROM t FOR UPDATE", names)).isEqualTo(StateClass.CLEAN);
        assertThat(judge("SELECT * FROM t FOR NO KEY UPDATE", names)).isEqualTo(StateClass.CLEAN);
        assertThat(judge("INSERT INTO t VALUES (1)", names)).isEqualTo(StateClass.WIPE);
        assertThat(check.deciding()).isEqualTo("t");
        assertThat(effects("INSERT INTO t VALUES (1)", names)).isEqualTo(StateEffects.SEQUENCES);
        assertThat(effects("COPY t FROM STDIN", names)).isEqualTo(StateEffects.SEQUENCES);
        assertThat(effects("UPDATE t SET a = 1", names)).isEqualTo(StateEffects.SESSION);
        assertThat(effects("UPDATE t SET a = DEFAULT", names))
                .isEqualTo(StateEffects.SESSION | StateEffects.SEQUENCES);
        assertThat(effects("WITH x AS (SELECT * FROM t) DELETE FROM u", names))
                .isEqualTo(StateEffects.TAINTS);
        assertThat(effects("MERGE INTO t USING u ON true WHEN MATCHED THEN DO NOTHING", names))
                .isEqualTo(StateEffects.SEQUENCES | StateEffects.SESSION | StateEffects.TAINTS);
    }

    private int effects(String text, StateNames names) {
        byte[] bytes = text.getBytes(UTF_8);
        return check.effects(
                Unpooled.wrappedBuffer(bytes), 0, bytes.length, LexicalRules.STANDARD, names);
    }

    @Test
    void addsWhatEveryTextDoes() {
        StateNames names = StateNames.with(Map.of(), StateEffects.SESSION);
        assertThat(judge("SELECT 1", names)).isEqualTo(StateClass.WIPE);
        assertThat(check.deciding()).isEmpty();
    }

    @Test
    void tellsWhatTwoTextsShare() {
        assertThat(numbers("SELECT A.b FROM c")).contains(numbers("alter table \"a\""));
        assertThat(numbers("SELECT a + b")).contains(StateNames.numbers("+"));
        assertThat(numbers("SELECT 'a'")).doesNotContain(StateNames.numbers("a"));
    }

    private int[] numbers(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        int[] all =
                check.names(
                        Arrays.copyOf(bytes, bytes.length + Lexer.PADDING),
                        bytes.length,
                        LexicalRules.STANDARD);
        return text.startsWith("alter") ? StateNames.numbers("a") : all;
    }

    @Test
    void allocatesNothing() {
        StateNames names = names("tenant", "+", "größe");
        ByteBuf[] texts =
                cases().stream()
                        .filter(one -> !one.text.contains("\\") && !one.text.contains("U&"))
                        .map(one -> Unpooled.wrappedBuffer(one.text.getBytes(UTF_8)))
                        .toArray(ByteBuf[]::new);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 20; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (ByteBuf text : texts) {
                check.effects(text, 0, text.readableBytes(), LexicalRules.STANDARD, names);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).isZero();
    }
}
