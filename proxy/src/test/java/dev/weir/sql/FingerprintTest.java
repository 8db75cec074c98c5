package dev.weir.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FingerprintTest {
    private final Texts texts = new Texts(1);

    private Text text(String sql) {
        return text(sql, LexicalRules.STANDARD);
    }

    private Text text(String sql, LexicalRules rules) {
        byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
        ByteBuf body = Unpooled.buffer().writeBytes(bytes).writeByte(0).writeShort(0);
        return texts.parse(body, 0, bytes.length, body.writerIndex(), rules);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "~>",
            quoteCharacter = '`',
            textBlock =
                    """
                    SELECT 1                                 ~> SELECT $1
                    SELECT 1;                                ~> SELECT $1
                    ; SELECT 1 ; ;                           ~> SELECT $1
                    select a , b  from   t                   ~> select a , b from t
                    SELECT 'a' 'b', E'a\\'b', $$c$$, $d$e$d$ ~> SELECT $1 $2, $3, $4, $5
                    SELECT B'01', X'1F', N'x', U&'\\0041'    ~> SELECT $1, $2, $3, $4
                    SELECT 1.5e-3, .5, 0x1F, 1_000           ~> SELECT $1, $2, $3, $4
                    SELECT -1, (-2), a-3, a -4, f(-5)        ~> SELECT $1, ($2), a-$3, a -$4, f($5)
                    SELECT 2 - 1, $1 - 1, (x) -1             ~> SELECT $2 - $3, $1 - $4, (x) -$5
                    SELECT * FROM t WHERE a = -7             ~> SELECT * FROM t WHERE a = $1
                    SELECT * FROM t WHERE a BETWEEN -7 AND -8 ~> SELECT * FROM t WHERE a BETWEEN $1 AND $2
                    SELECT $3, 7, $1                         ~> SELECT $3, $4, $1
                    SELECT null, TRUE, "null"                ~> SELECT $1, $2, "null"
                    SELECT a IS NULL, a IS NOT NULL          ~> SELECT a IS NULL, a IS NOT NULL
                    SELECT a IS TRUE, nulls                  ~> SELECT a IS TRUE, nulls
                    SELECT interval '1 day', '1'::int        ~> SELECT interval $1, $2::int
                    WHERE a IN (1)                           ~> WHERE a IN ($1)
                    WHERE a IN (1, 2)                        ~> WHERE a IN ($1 /*, ... */)
                    WHERE a IN (-1,'b', $1 ,null)            ~> WHERE a IN ($2 /*, ... */)
                    WHERE a in ($1, $2, $3) AND b = 4        ~> WHERE a in ($1 /*, ... */) AND b = $4
                    WHERE a = ANY (ARRAY[1,2, 3])            ~> WHERE a = ANY (ARRAY[$1 /*, ... */])
                    WHERE a IN (1, 2, b, 3, 4)               ~> WHERE a IN ($1 /*, ... */, b, $2, $3)
                    WHERE a IN (b, 1, 2)                     ~> WHERE a IN (b, $1, $2)
                    SELECT f(1, 2)                           ~> SELECT f($1, $2)
                    VALUES (1, 2), (3, 4)                    ~> VALUES ($1, $2), ($3, $4)
                    SELECT /* 1 */ 1 -- 2                    ~> SELECT $1
                    SELECT 1; SELECT 'x'                     ~> SELECT $1; SELECT $2
                    SELECT a<=1, b<@'x', c->>'k'             ~> SELECT a<=$1, b<@$2, c->>$3
                    SELECT 'ä', "ß", ä                       ~> SELECT $1, "ß", ä
                    SELECT x[1], x[1:2]                      ~> SELECT x[$1], x[$2:$3]
                    SELECT 'abc                              ~> SELECT $1
                    SELECT $99999999999999999999, 1          ~> SELECT $99999999999999999999, $1000000
                    """)
    void replacesConstants(String sql, String normalised) {
        assertThat(text(sql).normalised()).isEqualTo(normalised);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "~>",
            quoteCharacter = '`',
            textBlock =
                    """
                    SELECT 1                       ~> select  2
                    SELECT 1                       ~> /* x */ SELECT 'abc' ; -- y
                    SELECT a FROM t WHERE b=1      ~> SELECT a FROM t WHERE b = -2
                    SELECT a FROM t WHERE b in(1,2) ~> SELECT a FROM T where b IN ( 1, $1, 'x', null )
                    INSERT INTO t VALUES (1, null) ~> insert into t values('x', 2.5)
                    SELECT a IS NULL AND true      ~> SELECT a IS NULL AND false
                    SELECT 1;SELECT 2              ~> SELECT 1 ; SELECT 3;
                    """)
    void isTheSameForTextsThatDifferInConstants(String one, String other) {
        assertThat(text(one).fingerprint()).isEqualTo(text(other).fingerprint());
    }

    @Test
    void tellsOtherTextsApart() {
        String[] all = {
            "",
            "SELECT 1",
            "SELECT 1, 2",
            "SELECT $1",
            "SELECT $2",
            "SELECT a",
            "SELECT \"a\"",
            "SELECT \"A\"",
            "SELECT ab",
            "SELECT a b",
            "SELECT a < @ 1",
            "SELECT a <@ 1",
            "SELECT a IS NULL",
            "SELECT a IS NOT NULL",
            "SELECT a IN (1)",
            "SELECT a IN (1, 2)",
            "SELECT a IN (1, b)",
            "SELECT a - 1",
            "SELECT a, -1",
            "SELECT 1; SELECT 1",
            "UPDATE t SET a = 1",
            "UPDATE t SET b = 1",
        };
        Map<Long, String> seen = new HashMap<>();
        for (String sql : all) {
            assertThat(seen.put(text(sql).fingerprint(), sql)).as(sql).isNull();
        }
    }

    @Test
    void isTheSameInAllProcesses() {
        assertThat(text("SELECT abalance FROM pgbench_accounts WHERE aid = 1").fingerprint())
                .isEqualTo(-1552847762639148593L);
        assertThat(new Texts(2).parse(body("SELECT 1"), 0, 8, 11, LexicalRules.STANDARD))
                .extracting(Text::fingerprint)
                .isEqualTo(text("SELECT 2").fingerprint());
    }

    private static ByteBuf body(String sql) {
        return Unpooled.buffer()
                .writeBytes(sql.getBytes(StandardCharsets.UTF_8))
                .writeByte(0)
                .writeShort(0);
    }

    @Test
    void readsStringsByTheRulesOfTheSession() {
        String sql = "SELECT 'a\\', b, 'c'";
        assertThat(text(sql).normalised()).isEqualTo("SELECT $1, b, $2");
        assertThat(text(sql, LexicalRules.BACKSLASH_ESCAPES).normalised())
                .isEqualTo("SELECT $1c$2");
    }

    @Test
    void takesAnyBytes() {
        byte[] bytes = new byte[64];
        for (int seed = 0; seed < 2_000; seed++) {
            long random = seed * 0x9E37_79B9_7F4A_7C15L;
            for (int i = 0; i < bytes.length; i++) {
                random = random * 6_364_136_223_846_793_005L + 1_442_695_040_888_963_407L;
                bytes[i] =
                        (byte) "aN'\"$1-,;(/*)\\E \n.0x_\u007f[".charAt((int) (random >>> 33) % 23);
            }
            Text text =
                    texts.parse(
                            Unpooled.buffer().writeBytes(bytes).writeZero(3),
                            0,
                            bytes.length,
                            bytes.length + 3,
                            LexicalRules.STANDARD);
            assertThat(text.fingerprint()).isNotZero();
            assertThat(text.normalised()).isNotNull();
        }
    }
}
