package dev.weir.admin;

import dev.weir.config.Settings;
import dev.weir.metrics.LoopMeters;
import dev.weir.metrics.Metric;
import dev.weir.metrics.Readings;
import dev.weir.net.Clock;
import dev.weir.observe.Control;
import dev.weir.observe.Snapshots;
import io.netty.channel.EventLoop;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What each database has done, now and at the ends of the last two {@code stats_period}s. */
final class Statistics {
    private static final long PERIOD_MILLIS_MIN = 100;

    private static final Logger log = LoggerFactory.getLogger(Statistics.class);

    private final Control control;
    private final Snapshots snapshots;
    private final Clock clock;
    private final LongAdder consoleQueries = new LongAdder();
    private final LongAdder consoleLogins = new LongAdder();
    private final StatsPeriods periods;

    Statistics(Control control, Snapshots snapshots, Clock clock) {
        this.control = control;
        this.snapshots = snapshots;
        this.clock = clock;
        this.periods = new StatsPeriods(clock.nanoTime());
    }

    /** Begins the first period, with a timer of {@code loop}. */
    void start(EventLoop loop) {
        loop.schedule(
                () -> {
                    now().thenAccept(this::periodIsOver);
                    start(loop);
                },
                periodMillis(),
                TimeUnit.MILLISECONDS);
    }

    private long periodMillis() {
        long millis = control.config().get(Settings.STATS_PERIOD).toMillis();
        return Math.max(PERIOD_MILLIS_MIN, millis);
    }

    private void periodIsOver(StatsSample now) {
        Interval period = periods.end(now);
        if (control.config().get(Settings.LOG_STATS)) {
            log.info("{}", period.line());
        }
    }

    void consoleQuery() {
        consoleQueries.increment();
    }

    void consoleLogin() {
        consoleLogins.increment();
    }

    /** What a table of now and then shows of this moment. */
    CompletableFuture<Table> table(View view) {
        StatsSample older = periods.older();
        return now().thenApply(now -> view.of(now, older));
    }

    /** How a moment is shown, with the averages since an older one. */
    interface View {
        Table of(StatsSample now, StatsSample older);
    }

    private CompletableFuture<StatsSample> now() {
        return snapshots
                .readings()
                .thenApply(databases -> {
                    Map<String, Readings> all = new TreeMap<>(databases);
                    all.put(Consoles.DATABASE, consoles());
                    return new StatsSample(clock.nanoTime(), all);
                });
    }

    /** Consoles have logins and queries, each its own transaction, and nothing else to count. */
    private Readings consoles() {
        var meters = new LoopMeters();
        long queries = consoleQueries.sum();
        meters.add(Metric.LOGINS, consoleLogins.sum());
        meters.add(Metric.QUERIES, queries);
        meters.add(Metric.TRANSACTIONS, queries);
        return meters.read();
    }
}
