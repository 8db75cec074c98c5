package dev.weir.admin;

import dev.weir.config.Settings;
import io.netty.channel.EventLoop;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What each database has done, now and at the ends of the last two {@code stats_period}s. Averages
 * are those since the older of the two, so of one to two periods, as in PgBouncer.
 */
final class Statistics {
    /** Where no period is over yet, the averages are those of the first second. */
    private static final long FIRST_NANOS = 1_000_000_000;

    private static final long PERIOD_MILLIS_MIN = 100;

    private static final Logger log = LoggerFactory.getLogger(Statistics.class);

    private final Survey survey;
    private final LongAdder consoleQueries = new LongAdder();
    private volatile Sample older;
    private volatile Sample newer;

    /** The totals of one moment, by database. */
    record Sample(long nanos, Map<String, Totals> totals) {
        Totals of(String database) {
            return totals.getOrDefault(database, Totals.ZERO);
        }

        Totals all() {
            Totals sum = Totals.ZERO;
            for (Totals one : totals.values()) {
                sum = sum.plus(one);
            }
            return sum;
        }

        Totals averagesOf(String database, Sample older) {
            return of(database).since(older.of(database), nanos - older.nanos);
        }
    }

    Statistics(Survey survey) {
        this.survey = survey;
        this.newer = new Sample(System.nanoTime(), Map.of());
        this.older = new Sample(newer.nanos - FIRST_NANOS, Map.of());
    }

    /** Begins the first period. */
    void start() {
        EventLoop loop = survey.loops().all().getFirst();
        loop.schedule(
                () -> {
                    now().thenAccept(this::periodIsOver);
                    start();
                },
                periodMillis(),
                TimeUnit.MILLISECONDS);
    }

    private long periodMillis() {
        long millis = survey.control().config().get(Settings.STATS_PERIOD).toMillis();
        return Math.max(PERIOD_MILLIS_MIN, millis);
    }

    private void periodIsOver(Sample now) {
        older = newer;
        newer = now;
        if (survey.control().config().get(Settings.LOG_STATS)) {
            log.info("{}", now.all().since(older.all(), now.nanos - older.nanos).line());
        }
    }

    void consoleQuery() {
        consoleQueries.increment();
    }

    /** What averages start at. */
    Sample older() {
        return older;
    }

    CompletableFuture<Sample> now() {
        return survey.ofShards(shard ->
                        Map.entry(shard.pool().key().database(), Totals.of(shard.counters())))
                .thenApply(parts -> {
                    Map<String, Totals> all = new TreeMap<>();
                    parts.forEach(part -> all.merge(part.getKey(), part.getValue(), Totals::plus));
                    all.put(ConsoleService.NAME, Totals.ofConsole(consoleQueries.sum()));
                    return new Sample(System.nanoTime(), all);
                });
    }
}
