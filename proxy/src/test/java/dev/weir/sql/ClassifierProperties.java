package dev.weir.sql;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What holds for any bytes: an answer comes, in bounded time, from the text's own bytes alone, and
 * the same one each time.
 */
class ClassifierProperties {
    private static final int TEXTS = 3_000;
    private static final String[] PIECES = {
        "'",
        "\"",
        "$$",
        "$a$",
        "/*",
        "*/",
        "--",
        "\n",
        "\\",
        ";",
        "(",
        ")",
        "[",
        "]",
        ",",
        ".",
        "=",
        "::",
        "E'",
        "U&'",
        "U&\"",
        "B'",
        "N'",
        " ",
        "$",
        "0x",
        "1e",
        "-",
        "/",
        "\0",
        "\u00e9",
        "SET",
        "RESET",
        "LOCAL",
        "SESSION",
        "AUTHORIZATION",
        "TIME",
        "ZONE",
        "TO",
        "DEFAULT",
        "set_config",
        "pg_advisory_lock",
        "pg_temp_",
        "true",
        "UESCAPE",
        "DEALLOCATE",
        "PREPARE",
        "EXECUTE",
        "EXPLAIN",
        "CREATE",
        "FUNCTION",
        "BEGIN",
        "ATOMIC",
        "END",
        "DO",
        "COPY",
        "FROM",
        "STDIN",
        "DECLARE",
        "WITH",
        "HOLD",
        "INTO",
        "TEMP",
        "AS",
        "ROLLBACK",
        "AND"
    };

    private final Classifier used = new Classifier();
    private final StatementFacts facts = used.facts();
    private final Classifier other = new Classifier();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void answersForAnyBytes(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < TEXTS; i++) {
            byte[] text = new byte[random.nextInt(60)];
            random.nextBytes(text);
            checkAlone(text, random);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 5, 6})
    void answersForAnyPieces(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < TEXTS; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(16); n > 0; n--) {
                text.append(PIECES[random.nextInt(PIECES.length)])
                        .append(random.nextBoolean() ? " " : "");
            }
            checkAlone(text.toString().getBytes(UTF_8), random);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {7, 8, 9})
    void answersForSpoiledStatements(long seed) {
        Random random = new Random(seed);
        List<StatementTexts> rows = StatementTexts.all();
        for (int i = 0; i < TEXTS; i++) {
            byte[] text = rows.get(random.nextInt(rows.size())).text().getBytes(UTF_8);
            byte[] other = rows.get(random.nextInt(rows.size())).text().getBytes(UTF_8);
            byte[] cut = Arrays.copyOf(text, random.nextInt(text.length + 1));
            byte[] spoiled = Arrays.copyOf(cut, cut.length + other.length);
            System.arraycopy(other, 0, spoiled, cut.length, other.length);
            spoiled[random.nextInt(spoiled.length)] = (byte) random.nextInt(256);
            checkAlone(spoiled, random);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(",
                "'",
                "'' ",
                "'a'\n ",
                "$a$",
                "$",
                "/*",
                "*/",
                "set_config(",
                "set_config('a',",
                "\"\"",
                "SET a=",
                "--\n",
                "U&\"\\\"",
                "$aaaaaaaa"
            })
    void needsTimeInProportionToTheText(String piece) {
        byte[] text =
                ("SELECT " + piece.repeat((Classifier.TEXT_BYTES_MAX - 7) / piece.length()))
                        .getBytes(UTF_8);
        Assertions.assertTimeout(
                Duration.ofSeconds(2),
                () ->
                        used.classify(
                                Unpooled.wrappedBuffer(text),
                                0,
                                text.length,
                                LexicalRules.STANDARD));
    }

    @Test
    void readsOnlyTheTextItself() {
        byte[] before =
                "SET a = 1; DEALLOCATE something; SELECT set_config('b', '', false)"
                        .getBytes(UTF_8);
        for (int length = 0; length <= before.length; length++) {
            checkAlone(Arrays.copyOf(before, length), new Random(length));
        }
    }

    /**
     * A used object, with other bytes around the text and before it in its buffer, answers as a
     * fresh one.
     */
    private void checkAlone(byte[] text, Random random) {
        byte[] padded = new byte[text.length + 40];
        random.nextBytes(padded);
        System.arraycopy(text, 0, padded, 20, text.length);
        LexicalRules rules =
                random.nextBoolean() ? LexicalRules.STANDARD : LexicalRules.BACKSLASH_ESCAPES;
        used.classify(Unpooled.wrappedBuffer(padded), 20, text.length, rules);
        StatementFacts fresh = other.classify(Unpooled.wrappedBuffer(text), 0, text.length, rules);
        String shown = new String(text, UTF_8);
        assertThat(facts.flags()).as(shown).isEqualTo(fresh.flags());
        assertThat(facts.parameterNames()).as(shown).isEqualTo(fresh.parameterNames());
        assertThat(facts.name()).as(shown).isEqualTo(fresh.name());
        assertThat(facts.nameEnd()).as(shown).isBetween(facts.nameStart(), text.length);
        assertThat(facts.has(StatementFacts.EMPTY)).as(shown).isEqualTo(facts.statements() == 0);
    }
}
