package dev.weir.sql;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a text may do is the same, whether it is read or known by its shape: whatever other
 * constants came before.
 */
class ShapesProperties {
    private static final int TEXTS = 8_000;
    private static final int VARIANTS = 8;

    private static final StateNames NAMES =
            StateNames.with(
                    Map.of(
                            "leaves", StateEffects.SESSION,
                            "col 1", StateEffects.OWN,
                            "x1f", StateEffects.SESSION,
                            "@@@", StateEffects.SESSION,
                            "audited", StateEffects.on(StateEffects.SESSION, StateEffects.INSERTS)),
                    0);

    /** A number or a string, as a rule; it need not be one where it stands. */
    private static final Pattern CONSTANT = Pattern.compile("\\d+|'[^']*'");

    private static final List<String> CONSTANTS =
            List.of(
                    "0",
                    "7",
                    "12345678",
                    "1e5",
                    "0x1F",
                    "1_000",
                    "1.5",
                    "''",
                    "'x'",
                    "'it''s'",
                    "'a'\n'b'",
                    "'leaves'",
                    "'pg_temp'",
                    "'é'",
                    "'--'",
                    "'/*'",
                    "';'",
                    "'\\'",
                    "'$$'",
                    "'\"'");

    private static final List<String> PIECES =
            List.of(
                    "SELECT",
                    "SELECT ",
                    "INSERT INTO t VALUES (",
                    "UPDATE t SET a = ",
                    "WITH",
                    "DO ",
                    "SET x = ",
                    "COPY t FROM ",
                    "EXPLAIN",
                    "leaves(",
                    "audited",
                    "set_config(",
                    "nextval(",
                    "pg_advisory_lock(",
                    "INTO",
                    "FROM",
                    "\"col 1\"",
                    "\"col 2\"",
                    "\"a\"\"b 3\"",
                    "\"",
                    "U&",
                    "U&'d!0061t' UESCAPE '!'",
                    "E'",
                    "x",
                    "x1",
                    "1",
                    "23",
                    "'s'",
                    "'",
                    "$1",
                    "$$",
                    "@@@",
                    "@",
                    "--",
                    "/*",
                    "*/",
                    "\\",
                    "\n",
                    " ",
                    " ",
                    " ",
                    ",",
                    "(",
                    ")",
                    ";",
                    ".",
                    "-",
                    "=",
                    "::",
                    "é",
                    "\0",
                    " 1 ",
                    " 2 ",
                    " 's' ",
                    "a = 1",
                    "b = 's'",
                    "lower('s')",
                    "x < 10");

    private final Classifier classifier = new Classifier();
    private final StateCheck check = new StateCheck();

    /** How many texts were known by their shape. */
    private int known;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void ofAnyBytes(int seed) {
        var random = new Random(seed);
        var texts = new Texts(seed);
        for (int i = 0; i < TEXTS; i++) {
            String made =
                    random.ints(1 + random.nextInt(9), 0, PIECES.size())
                            .mapToObj(PIECES::get)
                            .collect(Collectors.joining());
            checkVariants(texts, random.nextBoolean() ? "SELECT " + made : made, random);
        }
        assertThat(known).isGreaterThan(500);
    }

    @Test
    void ofStatements() {
        var random = new Random(4);
        var texts = new Texts(4);
        for (StatementTexts row : StatementTexts.all()) {
            checkVariants(texts, row.text(), random);
        }
        assertThat(known).isGreaterThan(30);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            textBlock =
                    """
                    SELECT --'~ 1 --'~, 2               | SELECT --'~ leaves() --'~, 2
                    SELECT /*'*/ 1 /*'*/, 2             | SELECT /*'*/ leaves() /*'*/, 2
                    SELECT $$'$$, 1, $$'$$              | SELECT $$'$$, leaves(), $$'$$
                    SELECT E'\\', 1, '\\'               | SELECT E'\\', leaves(), '\\'
                    SELECT "col 2"                      | SELECT "col 1"
                    SELECT x2f()                        | SELECT x1f()
                    SELECT a @@ 1                       | SELECT a @@@ 1
                    SELECT set_config(;, '1'            | SELECT set_config(;, 'pg_temp'
                    """)
    void ofTextsThatLookAlike(String harmless, String other) {
        var texts = new Texts(5);
        for (int i = 0; i < 3; i++) {
            check(texts, harmless.replace("~", " ".repeat(i) + "\n"));
            check(texts, harmless.replace("~", "\n").replace("1", Integer.toString(10 + i)));
        }
        check(texts, other.replace("~", "\n"));
    }

    private void checkVariants(Texts texts, String text, Random random) {
        for (int i = 0; i < VARIANTS; i++) {
            check(texts, i == 0 ? text : variant(text, random));
        }
    }

    private static String variant(String text, Random random) {
        return CONSTANT.matcher(text).replaceAll(found -> constant(found, random));
    }

    private static String constant(MatchResult instead, Random random) {
        boolean isString = instead.group().startsWith("'");
        String chosen;
        if (random.nextBoolean()) {
            chosen = Integer.toString(random.nextInt(1_000_000));
            return instead.group().startsWith("'") ? "'" + chosen + "'" : chosen;
        }
        do {
            chosen = CONSTANTS.get(random.nextInt(CONSTANTS.size()));
        } while (random.nextInt(4) != 0 && chosen.startsWith("'") != isString);
        return chosen.replace("\\", "\\\\").replace("$", "\\$");
    }

    private void check(Texts texts, String text) {
        ByteBuf in = Unpooled.wrappedBuffer(text.getBytes(UTF_8));
        int length = in.readableBytes();
        if (texts.query(in, 0, length, LexicalRules.STANDARD) != null) {
            return; // it came before, and was kept
        }
        StatementFacts facts = texts.facts();
        known += facts == StatementFacts.plain() ? 1 : 0;
        assertThat(facts.toString())
                .as(text)
                .isEqualTo(classifier.classify(in, 0, length, LexicalRules.STANDARD).toString());
        assertThat(texts.effects(NAMES))
                .as(text)
                .isEqualTo(check.effects(in, 0, length, LexicalRules.STANDARD, NAMES));
    }
}
