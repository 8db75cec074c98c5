package dev.weir.ops;

import dev.weir.metrics.Figure;
import dev.weir.metrics.Sheet;
import java.util.concurrent.atomic.AtomicLong;

/** How often the metrics were sent to a collector, and how often that failed. Thread-safe. */
final class PushMeters {
    private final AtomicLong made = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();

    void count(boolean isMade) {
        (isMade ? made : failed).incrementAndGet();
    }

    void addTo(Sheet sheet) {
        sheet.add(Figure.PUSHES, made.get(), "ok");
        sheet.add(Figure.PUSHES, failed.get(), "failed");
    }
}
