package dev.weir.statements;

import dev.weir.metrics.Exemplar;
import dev.weir.metrics.Exemplars;
import dev.weir.metrics.Timing;
import dev.weir.net.Clock;
import dev.weir.sql.Text;
import dev.weir.sql.TraceParent;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The last span in each bucket of {@link Timing#QUERY}, by database; of one loop, and used on it.
 * Spans come by hundreds a second, and one of them is as good as another: one is kept at most once
 * a second.
 */
final class Examples {
    /** Names of databases may come from clients. */
    static final int DATABASES_MAX = 64;

    private static final long AGE_MILLIS_MIN = TimeUnit.SECONDS.toMillis(1);

    private final Map<String, Exemplars> byDatabase = new HashMap<>();

    /** Keeps the span of a text, if it has one. */
    void keep(Text text, String database, long nanos) {
        Exemplars own = byDatabase.get(database);
        if (own == null && byDatabase.size() >= DATABASES_MAX) {
            return;
        }
        long now = Clock.system().now().toEpochMilli();
        Exemplar before = own == null ? null : own.like(nanos);
        if (before != null && now - before.atMillis() < AGE_MILLIS_MIN) {
            return;
        }
        TraceParent parent = text.traceParent();
        if (parent != null) {
            byDatabase
                    .computeIfAbsent(database, _ -> new Exemplars())
                    .put(new Exemplar(parent.traceId(), parent.spanId(), nanos, now));
        }
    }

    void reset() {
        byDatabase.clear();
    }

    Map<String, Exemplars> copy() {
        Map<String, Exemplars> all = new HashMap<>();
        byDatabase.forEach((database, own) -> all.put(database, own.copy()));
        return all;
    }
}
