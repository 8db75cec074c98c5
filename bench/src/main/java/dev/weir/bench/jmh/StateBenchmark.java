package dev.weir.bench.jmh;

import dev.weir.sql.Classifier;
import dev.weir.sql.LexicalRules;
import dev.weir.sql.StateCheck;
import dev.weir.sql.StateEffects;
import dev.weir.sql.StateNames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
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

/**
 * Measures the cost of judging a text that comes for the first time, by what it may leave in its
 * session, beside that of classifying it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class StateBenchmark {
    /** How many names the database adds to PostgreSQL's own. */
    @Param({"0", "400", "10000"})
    public int names;

    private static final String TEXT =
            "SELECT abalance FROM pgbench_accounts WHERE aid = 12345678;";

    private final StateCheck check = new StateCheck();
    private final Classifier classifier = new Classifier();
    private StateNames known = StateNames.builtin();
    private ByteBuf text = Unpooled.EMPTY_BUFFER;

    @Setup
    public void prepare() {
        byte[] bytes = TEXT.getBytes(StandardCharsets.US_ASCII);
        text = Unpooled.directBuffer(bytes.length).writeBytes(bytes);
        Map<String, Integer> all = new HashMap<>();
        for (int i = 0; i < names; i++) {
            String name = "audit_" + Integer.toString(i * 7_919, 36).repeat(1 + i % 4);
            all.put(name, StateEffects.on(StateEffects.SESSION, StateEffects.INSERTS));
        }
        known = StateNames.with(all, 0);
    }

    @Benchmark
    public int judge() {
        return check.effects(text, 0, text.readableBytes(), LexicalRules.STANDARD, known);
    }

    @Benchmark
    public long classify() {
        return classifier.classify(text, 0, text.readableBytes(), LexicalRules.STANDARD).flags();
    }
}
