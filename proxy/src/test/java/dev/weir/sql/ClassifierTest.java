package dev.weir.sql;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ClassifierTest {
    /** What follows from the rest: {@link #tellsWhatMayChangeTheMeaningOfAParse}. */
    private static final long DERIVED = StatementFacts.MEANS | StatementFacts.DEFINES;

    private final Classifier classifier = new Classifier();
    private final StatementFacts facts = classifier.facts();

    static List<StatementTexts> texts() {
        return StatementTexts.all();
    }

    @ParameterizedTest
    @MethodSource("texts")
    void knowsTheTextsOfTheTable(StatementTexts row) {
        classify(row.text());
        check(row, row.text());
    }

    @Test
    void isNotMisledByWhatSurroundsAStatement() {
        for (StatementTexts row : texts()) {
            String text = " ;;/* ' \" $$ ; /* */ */ -- '\n" + row.text() + "\n;; -- SET x = 1; '";
            classify(text);
            check(row, text);
        }
    }

    @Test
    void unitesTheStatementsOfAText() {
        for (StatementTexts row : texts()) {
            classify(row.text());
            int statements = facts.statements();
            classify(row.text() + "\n; LISTEN c; SET zz = 1");
            assertThat(facts.statements()).isEqualTo(statements + 2);
            long more =
                    StatementFacts.LISTENS
                            | StatementFacts.SETS_PARAMETERS
                            | StatementFacts.MULTIPLE;
            assertFlags(row.flags() | more, row.text());
            List<String> parameters = new ArrayList<>(row.parameters());
            parameters.add("zz");
            assertThat(facts.parameterNames())
                    .as(row.text())
                    .containsExactlyInAnyOrderElementsOf(parameters);
        }
    }

    @Test
    void hasALargeTable() {
        assertThat(texts()).hasSizeGreaterThan(250);
    }

    @Test
    void tellsTextsWithoutStatements() {
        for (String text : List.of("", ";", " ; ;\n", "-- x", "/* x */", "\0SET a = 1", "--\n;")) {
            classify(text);
            assertFlags(StatementFacts.EMPTY, text);
            assertThat(facts.statements()).isZero();
            assertThat(facts.any()).isFalse();
        }
    }

    @Test
    void tellsTextsThatEndTooSoon() {
        String[] texts = {
            "SELECT '",
            "SELECT 'a''",
            "SELECT \"a",
            "SELECT E'\\'",
            "SELECT E'\\",
            "SELECT $$a",
            "SELECT $a$ $$",
            "SELECT $a$ $a",
            "SELECT 1 /*",
            "/* /* */",
            "SELECT U&\"",
            "SELECT U&'",
            "SELECT 'a'\n'",
            "SET \"",
            "DEALLOCATE U&\"",
            "B'",
            "SET x = '"
        };
        for (String text : texts) {
            classify(text);
            assertThat(facts.has(StatementFacts.UNTERMINATED)).as(text).isTrue();
        }
        classify("SELECT '' /* */ -- '");
        assertThat(facts.has(StatementFacts.UNTERMINATED)).isFalse();
    }

    @Test
    void followsStandardConformingStrings() {
        String text = "SELECT 'a\\'; SET b = 1; --'";
        classify(text);
        assertThat(facts.parameterNames()).containsExactly("b");
        byte[] bytes = text.getBytes(UTF_8);
        classifier.classify(
                Unpooled.wrappedBuffer(bytes), 0, bytes.length, LexicalRules.BACKSLASH_ESCAPES);
        assertFlags(0, text);
        classify("SELECT set_config('a', '\\', false), set_config('b', '', false)");
        assertThat(facts.parameterNames()).containsExactly("a", "b");
    }

    @Test
    void leavesALongTextAlone() {
        byte[] text = new byte[Classifier.TEXT_BYTES_MAX + 1];
        classify(text, text.length);
        assertFlags(StatementFacts.TOO_LONG, "too long");
        Arrays.fill(text, (byte) 'a');
        classify(text, text.length - 1);
        assertFlags(0, "just not too long");
        assertThat(facts.statements()).isEqualTo(1);
    }

    @Test
    void saysWhereTheNameStands() {
        for (String text :
                List.of(
                        "DEALLOCATE p",
                        " EXECUTE /* x */ \"p\"(1)",
                        "PREPARE P(int) AS SELECT 1",
                        "DEALLOCATE PREPARE p;")) {
            classify(text);
            String token = text.substring(facts.nameStart(), facts.nameEnd());
            assertThat(token).isIn("p", "P", "\"p\"");
            assertThat(facts.name()).isEqualTo("p");
        }
    }

    @Test
    void keepsABoundedNumberOfParameterNames() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < StatementFacts.NAMES_MAX; i++) {
            text.append("SET a").append(i).append(" = 1; SET a0 = 2;");
        }
        classify(text.toString());
        assertThat(facts.parameterNames()).hasSize(StatementFacts.NAMES_MAX);
        assertThat(facts.has(StatementFacts.SETS_UNKNOWN_PARAMETERS)).isFalse();
        classify(text + "SET more = 1");
        assertThat(facts.parameterNames()).hasSize(StatementFacts.NAMES_MAX);
        assertThat(facts.has(StatementFacts.SETS_UNKNOWN_PARAMETERS)).isTrue();
    }

    @Test
    void boundsTheCallsThatItFollows() {
        classify(nested(FunctionCalls.OPEN_MAX));
        assertFlags(StatementFacts.SETS_PARAMETERS, "as deep as it goes");
        classify(nested(FunctionCalls.OPEN_MAX + 1));
        assertFlags(
                StatementFacts.SETS_PARAMETERS | StatementFacts.SETS_UNKNOWN_PARAMETERS, "deeper");
        classify("SELECT set_config('b', '', false)");
        assertThat(facts.parameterNames()).containsExactly("b");
    }

    private static String nested(int depth) {
        return "SELECT " + "set_config('a', ".repeat(depth) + "''" + ", false)".repeat(depth);
    }

    @Test
    void readsFromAnyPlaceInABuffer() {
        byte[] text = "xxSET a = 1yy".getBytes(UTF_8);
        ByteBuf buffer = Unpooled.directBuffer().writeBytes(text);
        buffer.readerIndex(1);
        classifier.classify(buffer, 2, text.length - 4, LexicalRules.STANDARD);
        assertThat(facts.parameterNames()).containsExactly("a");
        assertThat(buffer.readerIndex()).isEqualTo(1);
        buffer.release();
        ByteBuf heap = Unpooled.wrappedBuffer(text);
        classifier.classify(heap, 2, text.length - 4, LexicalRules.STANDARD);
        assertThat(facts.parameterNames()).containsExactly("a");
    }

    @Test
    void forgetsTheTextBefore() {
        classify("SET a = 1; DEALLOCATE x");
        classify("SELECT 1");
        assertFlags(0, "SELECT 1");
        assertThat(facts.any()).isFalse();
        assertThat(facts.parameterNames()).isEmpty();
        assertThat(facts.name()).isNull();
        assertThat(facts.statements()).isEqualTo(1);
    }

    @Test
    void tellsWhatMayChangeTheMeaningOfAParse() {
        assertMeans("SELECT 1; SET work_mem = 1; SET LOCAL a.b = 1", 0);
        assertMeans("SET TRANSACTION READ ONLY; SET default_transaction_read_only = on", 0);
        assertMeans("SET LOCAL DateStyle = 'ISO, DMY'", StatementFacts.MEANS_REPORTED);
        assertMeans("SELECT set_config('timezone', $1, true)", StatementFacts.MEANS_REPORTED);
        assertMeans("SET NAMES 'x'; SET TIME ZONE 1", StatementFacts.MEANS_REPORTED);
        assertMeans("SET SCHEMA 'x'", StatementFacts.MEANS_PATH);
        assertMeans("RESET search_path", StatementFacts.MEANS_PATH);
        assertMeans("SET ROLE x", StatementFacts.MEANS_OTHER);
        assertMeans("SET transform_null_equals = on", StatementFacts.MEANS_OTHER);
        assertMeans("SET LOCAL not_known_yet = on", StatementFacts.MEANS_OTHER);
        assertMeans("SELECT set_config(k, '1', false) FROM t", StatementFacts.MEANS);
        assertMeans("DO 'BEGIN SET x = 1; END'", StatementFacts.MEANS);
        assertMeans("RESET ALL", StatementFacts.MEANS);
    }

    @Test
    void tellsWhatMayChangeTheCatalog() {
        assertDefines("SELECT 1 AS a INTO t", true);
        assertDefines("WITH s AS (SELECT 1) SELECT * INTO TABLE t FROM s", true);
        assertDefines("SELECT 1 AS a INTO TEMP t", false);
        assertDefines("INSERT INTO t SELECT 1", false);
        assertDefines("WITH s AS (INSERT INTO t VALUES (1) RETURNING 1) TABLE s", false);
        assertDefines("EXPLAIN INSERT INTO t VALUES (1)", false);
        assertDefines("PREPARE p AS INSERT INTO t VALUES (1)", false);
        assertDefines("MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE", false);
        assertDefines("CREATE TABLE t(a int)", true);
        assertDefines("SELECT 1; ALTER TYPE t ADD VALUE 'x'", true);
        assertDefines("DROP VIEW v", true);
        assertDefines("GRANT a TO b", true);
        assertDefines("REVOKE USAGE ON SCHEMA s FROM a", true);
        assertDefines("REASSIGN OWNED BY a TO b", true);
        assertDefines("IMPORT FOREIGN SCHEMA s FROM SERVER t INTO u", true);
        assertDefines("COMMIT PREPARED 'x'", true);
        assertDefines("PREPARE TRANSACTION 'x'", false);
        assertDefines("DO 'BEGIN REVOKE a FROM b; END'", true);
        assertDefines("DO 'BEGIN ALTER TABLE t ADD b int; END'", true);
        assertDefines("CREATE TEMP TABLE t(a int)", false);
        assertDefines("SELECT 'create' AS \"alter\"; UPDATE t SET a = 1", false);
    }

    private void assertMeans(String text, long expected) {
        classify(text);
        assertThat(facts.flags() & StatementFacts.MEANS).as(text).isEqualTo(expected);
    }

    private void assertDefines(String text, boolean expected) {
        classify(text);
        assertThat(facts.has(StatementFacts.DEFINES)).as(text).isEqualTo(expected);
    }

    private void check(StatementTexts row, String text) {
        assertFlags(row.flags(), text);
        assertThat(facts.parameterNames()).as(text).isEqualTo(row.parameters());
        assertThat((@Nullable Object) facts.name()).as(text).isEqualTo(row.name());
    }

    private void assertFlags(long expected, String text) {
        assertThat(FlagNames.of(facts.flags() & ~DERIVED))
                .as(text)
                .isEqualTo(FlagNames.of(expected));
    }

    private void classify(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        classify(bytes, bytes.length);
    }

    private void classify(byte[] text, int length) {
        classifier.classify(Unpooled.wrappedBuffer(text), 0, length, LexicalRules.STANDARD);
    }
}
