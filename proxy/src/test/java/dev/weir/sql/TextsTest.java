package dev.weir.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextsTest {
    private static final long SEED = 0x0123_4567_89AB_CDEFL;
    private static final int BYTES_MAX = 64 * 1024;

    private final Texts texts = new Texts(SEED, BYTES_MAX);

    /** Puts the body of a Parse behind some bytes, as in a read. */
    private static ByteBuf parseBody(byte[] text, int... types) {
        ByteBuf in = Unpooled.buffer().writeByte('P').writeInt(4711);
        in.writeBytes(text).writeByte(0).writeShort(types.length);
        for (int type : types) {
            in.writeInt(type);
        }
        return in;
    }

    /** Parses a text twice, so that it is kept if it may be. */
    private Text parse(byte[] text, LexicalRules rules, int... types) {
        parseOnce(text, rules, types);
        return parseOnce(text, rules, types);
    }

    private Text parse(String text, int... types) {
        return parse(bytes(text), LexicalRules.STANDARD, types);
    }

    private Text parseOnce(byte[] text, LexicalRules rules, int... types) {
        ByteBuf in = parseBody(text, types);
        return texts.parse(in, 5, text.length, in.writerIndex(), rules);
    }

    private @Nullable Text query(String text) {
        byte[] bytes = bytes(text);
        return texts.query(Unpooled.wrappedBuffer(bytes), 0, bytes.length, LexicalRules.STANDARD);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A value of such a type may run anything on its way in. */
    @Test
    void mayLeaveSomethingIfAParameterHasATypeThatIsNotKnown() {
        StateNames names = StateNames.with(Map.of(), 0, 16_400);
        assertThat(parse("SELECT $1", 23, 16_400).effects(names)).isZero();
        assertThat(parse("SELECT $1", 23, 16_401).effects(names)).isEqualTo(StateEffects.SESSION);
    }

    @Test
    void keepsTheTextOfAParseTheSecondTime() {
        Text first = parseOnce(bytes("SET a.b = 1"), LexicalRules.STANDARD);
        assertThat(texts.size()).isZero();
        Text text = parseOnce(bytes("SET a.b = 1"), LexicalRules.STANDARD);
        assertThat(text).isEqualTo(first);
        assertThat(parseOnce(bytes("SET a.b = 1"), LexicalRules.STANDARD)).isSameAs(text);
        assertThat(text.facts().flags()).isEqualTo(StatementFacts.SETS_PARAMETERS);
        assertThat(text.facts().parameterNames()).containsExactly("a.b");
        assertThat(text.length()).isEqualTo(11);
        assertThat(texts.size()).isOne();
    }

    @Test
    void keepsTheTextOfAQueryTheSecondTime() {
        assertThat(query("SELECT 1")).isNull();
        assertThat(texts.size()).isZero();
        Text text = query("SELECT 1");
        assertThat(text).isNotNull();
        assertThat(query("SELECT 1")).isSameAs(text);
        assertThat(query("SELECT 2")).isNull();
    }

    @Test
    void findsATextInEveryKindOfBuffer() {
        byte[] sql = bytes("SELECT abalance FROM pgbench_accounts WHERE aid = 1");
        for (int length = 0; length <= sql.length; length++) {
            ByteBuf direct = Unpooled.directBuffer().writeByte(0).writeBytes(sql);
            ByteBuf parts =
                    Unpooled.wrappedBuffer(
                            direct.retainedSlice(0, 1 + length / 2),
                            direct.retainedSlice(1 + length / 2, length - length / 2));
            Text text = parse(Arrays.copyOf(sql, length), LexicalRules.STANDARD);
            assertThat(texts.query(direct, 1, length, LexicalRules.STANDARD)).isSameAs(text);
            assertThat(texts.query(parts, 1, length, LexicalRules.STANDARD)).isSameAs(text);
            parts.release();
            direct.release();
        }
    }

    @Test
    void keepsOneTextForQueryAndParse() {
        Text text = parse("SELECT 1");
        assertThat(query("SELECT 1")).isSameAs(text);
    }

    @Test
    void tellsTextsOfOtherTypesApart() {
        Text plain = parse("SELECT $1");
        Text integer = parse("SELECT $1", 23);
        Text text = parse("SELECT $1", 25);
        assertThat(integer).isNotSameAs(plain).isNotEqualTo(plain);
        assertThat(text).isNotSameAs(integer).isNotEqualTo(integer);
        assertThat(parse("SELECT $1")).isSameAs(plain);
        assertThat(parse("SELECT $1", 23)).isSameAs(integer);
        assertThat(parse("SELECT $1", 25)).isSameAs(text);
    }

    @Test
    void tellsTextsReadUnderOtherRulesApart() {
        byte[] sql = bytes("SELECT 'a\\'; SET b = 1; --'");
        Text standard = parse(sql, LexicalRules.STANDARD);
        Text escapes = parse(sql, LexicalRules.BACKSLASH_ESCAPES);
        Text ambiguous = parse(sql, LexicalRules.AMBIGUOUS_BYTES);
        assertThat(escapes).isNotEqualTo(standard).isNotEqualTo(ambiguous);
        assertThat(ambiguous).isNotEqualTo(standard);
        assertThat(parse(sql, LexicalRules.BACKSLASH_ESCAPES)).isSameAs(escapes);
        assertThat(standard.facts().parameterNames()).containsExactly("b");
        assertThat(escapes.facts().parameterNames()).isEmpty();
        assertThat(standard.access()).isNotSameAs(Access.UNCLEAR);
        assertThat(escapes.access()).isSameAs(Access.UNCLEAR);
        assertThat(ambiguous.access()).isSameAs(Access.UNCLEAR);
    }

    @Test
    void keepsOneTextForAllRulesIfItIsPlain() {
        byte[] sql = bytes("SELECT 'a'");
        Text text = parse(sql, LexicalRules.BACKSLASH_ESCAPES);
        assertThat(parse(sql, LexicalRules.AMBIGUOUS_BYTES)).isSameAs(text);
        assertThat(parse(sql, LexicalRules.STANDARD)).isSameAs(text);
        assertThat(text.access().kind()).isEqualTo(Access.Kind.READ);
    }

    @Test
    void writesTheParseThatItWasMadeFrom() {
        for (int[] types : new int[][] {{}, {23}, {0, 25, 1043}}) {
            ByteBuf in = parseBody(bytes("SELECT $1"), types);
            ByteBuf body = in.slice(5, in.writerIndex() - 5);
            Text text = texts.parse(in, 5, 9, in.writerIndex(), LexicalRules.STANDARD);
            assertThat(texts.parse(in, 5, 9, in.writerIndex(), LexicalRules.STANDARD))
                    .isEqualTo(text);
            ByteBuf out = Unpooled.buffer();
            text.writeParse(out, bytes("s1"));
            assertThat(out.readByte()).isEqualTo((byte) 'P');
            assertThat(out.readInt()).isEqualTo(out.readableBytes() + 4);
            assertThat(out.readSlice(3)).isEqualTo(Unpooled.wrappedBuffer(bytes("s1\0")));
            assertThat(out).isEqualTo(body);
        }
    }

    @Test
    void writesAMalformedParseAsItCame() {
        ByteBuf in = Unpooled.buffer().writeBytes(bytes("SELECT 1\0"));
        Text first = texts.parse(in, 0, 8, 9, LexicalRules.STANDARD);
        Text none = texts.parse(in, 0, 8, 9, LexicalRules.STANDARD);
        assertThat(none).isEqualTo(first);
        Text one = texts.parse(in.writeByte(0), 0, 8, 10, LexicalRules.STANDARD);
        assertThat(none).isNotEqualTo(one).isNotEqualTo(parse("SELECT 1"));
        ByteBuf out = Unpooled.buffer();
        none.writeParse(out, new byte[0]);
        assertThat(out.readableBytes()).isEqualTo(1 + 4 + 1 + 9);
        assertThat(texts.parse(in, 0, 8, 9, LexicalRules.STANDARD)).isSameAs(none);
    }

    @Test
    void remembersThatAStandbyRefusedIt() {
        byte[] sql = bytes("SELECT f()");
        ByteBuf in = Unpooled.wrappedBuffer(sql);
        assertThat(texts.access(in, 0, sql.length, LexicalRules.STANDARD).kind())
                .isEqualTo(Access.Kind.READ);
        texts.refused(in, 0, sql.length, LexicalRules.STANDARD);
        assertThat(texts.access(in, 0, sql.length, LexicalRules.STANDARD).veto())
                .isEqualTo(Access.Veto.REFUSED_BEFORE);
    }

    @Test
    void remembersThatAStandbyRefusedTheTextOfAParse() {
        byte[] sql = bytes("SELECT f()");
        ByteBuf in = parseBody(sql);
        texts.refused(in, 5, sql.length, in.writerIndex(), LexicalRules.STANDARD);
        assertThat(parseOnce(sql, LexicalRules.STANDARD).access().veto())
                .isEqualTo(Access.Veto.REFUSED_BEFORE);
    }

    @Test
    void doesNotKeepWhatIsOnlyLookedAt() {
        byte[] sql = bytes("SELECT 1");
        for (int i = 0; i < 3; i++) {
            texts.access(Unpooled.wrappedBuffer(sql), 0, sql.length, LexicalRules.STANDARD);
        }
        assertThat(texts.size()).isZero();
        assertThat(query("SELECT 1")).isNull();
    }

    // --- the table ------------------------------------------------------------------------------

    /** Texts of all lengths, each with the same bytes as far as it goes, and one that differs. */
    @Test
    void tellsTextsApartThatDifferInOneByte() {
        for (int length = 1; length < 80; length++) {
            byte[] sql = bytes("x".repeat(length));
            Text text = parse(sql, LexicalRules.STANDARD);
            for (int at = 0; at < length; at++) {
                sql[at] ^= 1;
                Text other = parseOnce(sql, LexicalRules.STANDARD);
                assertThat(other.hash()).isNotEqualTo(text.hash());
                assertThat(other).isNotEqualTo(text);
                sql[at] ^= 1;
            }
            assertThat(parseOnce(sql, LexicalRules.STANDARD)).isSameAs(text);
        }
    }

    /** The first word meets the seed in a product with zero, whatever the second is. */
    private static byte[] colliding(int number) {
        return Unpooled.buffer(16, 16).writeLongLE(SEED).writeLongLE(number).array();
    }

    @Test
    void comparesTextsWhoseHashesCollide() {
        List<Text> kept = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            kept.add(parse(colliding(i), LexicalRules.STANDARD));
        }
        assertThat(kept.get(7).hash()).isEqualTo(kept.get(77).hash());
        assertThat(kept).doesNotHaveDuplicates();
        for (int i = 0; i < 100; i++) {
            assertThat(parse(colliding(i), LexicalRules.STANDARD)).isSameAs(kept.get(i));
        }
    }

    @Test
    void keepsNoMoreThanItsBound() {
        var random = new SplittableRandom(1);
        for (int i = 0; i < 2_000; i++) {
            String text = "SELECT " + i + " ".repeat(random.nextInt(2_000));
            assertThat(parse(text).length()).isEqualTo(text.length());
            assertThat(texts.bytes()).isBetween(0, BYTES_MAX);
        }
        assertThat(texts.bytes()).isGreaterThan(BYTES_MAX / 2);
        assertThat(texts.size()).isBetween(10, BYTES_MAX / 128);
    }

    @Test
    void readsATextThatIsLargerThanItsBound() {
        parse("SELECT 1");
        Text large = parse("SELECT " + "1,".repeat(BYTES_MAX) + "2");
        assertThat(large.facts().has(StatementFacts.TOO_LONG)).isTrue();
        assertThat(texts.size()).isOne();
    }

    @Test
    void keepsWhatIsUsedWhenOthersComeOnce() {
        Text hot = parse("SELECT hot");
        for (int i = 0; i < 2_000; i++) {
            parse("SELECT " + i);
            assertThat(parse("SELECT hot")).isSameAs(hot);
        }
    }

    /** Where the table is full already, some stand behind others that will go. */
    @Test
    void findsWhatIsUsedBehindWhatIsRemoved() {
        for (int i = 0; i < 1_000; i++) {
            parse("SELECT " + i);
        }
        var hot = new ArrayList<Text>();
        for (int i = 0; i < 40; i++) {
            hot.add(parse("SELECT hot" + i));
        }
        for (int i = 1_000; i < 2_000; i++) {
            parse("SELECT " + i);
            for (int j = 0; j < hot.size(); j++) {
                assertThat(parse("SELECT hot" + j)).isSameAs(hot.get(j));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void findsWhatItKeepsWhateverCameAndWent(int seed) {
        var random = new SplittableRandom(seed);
        Map<String, Text> last = new HashMap<>();
        int same = 0;
        for (int i = 0; i < 5_000; i++) {
            String sql = "SELECT " + (int) Math.pow(1_000, random.nextDouble());
            Text text = parse(sql);
            Text before = last.put(sql, text);
            same += text == before ? 1 : 0;
            assertThat(text).isEqualTo(before == null ? text : before);
            if (random.nextInt(500) == 0) {
                parse("SELECT '" + "x".repeat(random.nextInt(BYTES_MAX / 2)) + "'");
            }
        }
        assertThat(same).isGreaterThan(2_000);
    }
}
