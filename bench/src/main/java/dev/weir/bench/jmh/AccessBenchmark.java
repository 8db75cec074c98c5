package dev.weir.bench.jmh;

import dev.weir.sql.Access;
import dev.weir.sql.LexicalRules;
import dev.weir.sql.Texts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Measures how long {@code route=auto} takes to find out whether a statement's text only reads. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AccessBenchmark {
    /** The statements, each with a literal of eight digits. */
    public enum Text {
        SHORT_SELECT("SELECT 12345678"),
        PGBENCH_SELECT("SELECT abalance FROM pgbench_accounts WHERE aid = 12345678;"),
        JOIN_2_KB(
                """
                /* report 12345678, nested /* comments */ and all */
                WITH recent (id, total) AS (SELECT o.id, sum(p.price * p.count) FROM orders o
                    JOIN positions p ON p.order_id = o.id -- the INSERT of yesterday is in it
                    WHERE o.created > now() - interval '1 day' GROUP BY o.id)
                SELECT r.id, r.total, c."full name", coalesce(c.country, 'none'), $tag$it's DELETEd$tag$
                FROM recent r JOIN customers c ON c.id = r.id AND c.note <> E'it\\'s; UPDATE' AND c.kind = 'a''b'
                """
                        + "AND c.city NOT IN ('Aachen', 'Berlin', $$Köln$$) /* and so on */\n"
                                .repeat(21)
                        + "ORDER BY r.total DESC LIMIT 50"),
        UPDATE("UPDATE pgbench_accounts SET abalance = abalance + 17 WHERE aid = 12345678;"),
        IN_LIST_60_KB(
                "SELECT * FROM t WHERE a IN (12345678"
                        + ", 7654321".repeat(60_000 / ", 7654321".length())
                        + ")");

        private final String sql;

        Text(String sql) {
            this.sql = sql;
        }
    }

    private static final String LITERAL = "12345678";

    @Param public Text text = Text.SHORT_SELECT;

    private final Texts texts = new Texts(0);
    private ByteBuf buffer = Unpooled.EMPTY_BUFFER;
    private int literal;
    private int count;

    @Setup
    public void encode() {
        byte[] bytes = text.sql.getBytes(StandardCharsets.UTF_8);
        buffer = Unpooled.directBuffer(bytes.length).writeBytes(bytes);
        literal = text.sql.indexOf(LITERAL); // only ASCII before it
        texts.query(buffer, 0, bytes.length, LexicalRules.STANDARD);
        texts.query(buffer, 0, bytes.length, LexicalRules.STANDARD);
    }

    /** A text that is not in the cache, because its literal is new. */
    @Benchmark
    public Access aNewText() {
        int left = ++count;
        for (int at = literal + LITERAL.length() - 1; at >= literal; at--) {
            buffer.setByte(at, '0' + left % 10);
            left /= 10;
        }
        return texts.access(buffer, 0, buffer.readableBytes(), LexicalRules.STANDARD);
    }

    /** The same text repeatedly. */
    @Benchmark
    public Access aKnownText() {
        return texts.access(buffer, 0, buffer.readableBytes(), LexicalRules.STANDARD);
    }
}
