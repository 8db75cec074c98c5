package dev.weir.bench.jmh;

import dev.weir.sql.Classifier;
import dev.weir.sql.LexicalRules;
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
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Measures the classification of a statement's text in the buffer of a read from the client. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ClassifierBenchmark {
    private final Classifier classifier = new Classifier();
    private final ByteBuf small = text("SELECT abalance FROM pgbench_accounts WHERE aid = 4711;");
    private final ByteBuf large =
            text(
                    "SELECT o.id, o.total, c.name FROM orders o JOIN customers c ON c.id ="
                        + " o.customer WHERE o.created > now() - interval '1 day' AND c.country IN"
                        + " ('DE', 'AT')"
                            + " ORDER BY o.total DESC LIMIT 50 -- report 7\n".repeat(8));

    private static ByteBuf text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return Unpooled.directBuffer(bytes.length).writeBytes(bytes);
    }

    @Benchmark
    public long pgbenchSelect() {
        return classifier.classify(small, 0, small.readableBytes(), LexicalRules.STANDARD).flags();
    }

    @Benchmark
    public long aKilobyte() {
        return classifier.classify(large, 0, large.readableBytes(), LexicalRules.STANDARD).flags();
    }
}
