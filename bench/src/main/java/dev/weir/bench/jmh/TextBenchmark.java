package dev.weir.bench.jmh;

import dev.weir.sql.LexicalRules;
import dev.weir.sql.StatementFacts;
import dev.weir.sql.Text;
import dev.weir.sql.Texts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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

/**
 * Measures the cost of finding out what a statement's text may do, depending on whether the text
 * was seen before.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TextBenchmark {
    /** The statements, each with a literal of eight digits. */
    public enum Sql {
        PGBENCH_SELECT("SELECT abalance FROM pgbench_accounts WHERE aid = 12345678;"),
        JOIN_1_KB(
                "SELECT o.id, o.total, c.name FROM orders o JOIN customers c ON c.id = o.customer"
                        + " WHERE o.id > 12345678 AND c.country IN ('DE', 'AT')"
                        + " ORDER BY o.total DESC LIMIT 50 -- report 7\n".repeat(19));

        private final String text;

        Sql(String text) {
            this.text = text;
        }
    }

    private static final String LITERAL = "12345678";

    @Param public Sql sql = Sql.PGBENCH_SELECT;

    private final Texts texts = new Texts(0);
    private ByteBuf parse = Unpooled.EMPTY_BUFFER;
    private int length;
    private int literal;
    private int count;

    @Setup
    public void encode() {
        byte[] bytes = sql.text.getBytes(StandardCharsets.US_ASCII);
        length = bytes.length;
        literal = sql.text.indexOf(LITERAL);
        parse = ByteBufAllocator.DEFAULT.directBuffer(length + 3).writeBytes(bytes).writeZero(3);
    }

    /** A Parse of the same text repeatedly. */
    @Benchmark
    public long aKnownParse() {
        return parse().facts().flags();
    }

    /** A Parse of a text that was never seen before. */
    @Benchmark
    public long aNewParse() {
        renew();
        return parse().facts().flags();
    }

    /** A Query that was never seen before. */
    @Benchmark
    public long aNewQuery() {
        renew();
        return query();
    }

    /** A Query that was seen once before, displaces another one, and is then sent a third time. */
    @Benchmark
    public long aQueryThatComesThreeTimes() {
        renew();
        return query() + query() + query();
    }

    /** The same Query repeatedly. */
    @Benchmark
    public long aKnownQuery() {
        return query();
    }

    private Text parse() {
        return texts.parse(parse, 0, length, length + 3, LexicalRules.STANDARD);
    }

    private long query() {
        @Nullable Text text = texts.query(parse, 0, length, LexicalRules.STANDARD);
        StatementFacts facts = text == null ? texts.facts() : text.facts();
        return facts.flags();
    }

    /** Increments the literal. */
    private void renew() {
        int left = ++count;
        for (int at = literal + LITERAL.length() - 1; at >= literal; at--) {
            parse.setByte(at, '0' + left % 10);
            left /= 10;
        }
    }
}
