package dev.weir.bench.jmh;

import dev.weir.exchange.Ledger;
import dev.weir.exchange.Request;
import dev.weir.exchange.Verdict;
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

/** Measures the ledger's part of one transaction. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LedgerBenchmark {
    private final Ledger ledger = new Ledger();

    @Benchmark
    public Verdict simple() {
        ledger.sent(Request.QUERY);
        ledger.received((byte) 'T');
        ledger.received((byte) 'D');
        ledger.received((byte) 'C');
        return ledger.receivedReady((byte) 'I');
    }

    @Benchmark
    public Verdict extended() {
        ledger.sent(Request.PARSE);
        ledger.sent(Request.BIND);
        ledger.sent(Request.DESCRIBE_PORTAL);
        ledger.sent(Request.EXECUTE);
        ledger.sent(Request.SYNC);
        ledger.received((byte) '1');
        ledger.received((byte) '2');
        ledger.received((byte) 'T');
        ledger.received((byte) 'D');
        ledger.received((byte) 'C');
        return ledger.receivedReady((byte) 'I');
    }
}
