package dev.weir.admin;

import dev.weir.net.Clock;
import dev.weir.protocol.BackendMessages.Column;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;

/** Tables as a test compares them, and the time at which they were made. */
@NullMarked
final class Rendered {
    /** How long the process has run. */
    static final long NOW = TimeUnit.HOURS.toNanos(1);

    private static final Instant TODAY = Instant.parse("2026-07-01T12:00:00Z");

    private Rendered() {}

    /** A clock that stands still. */
    static Clock clock() {
        MockTicker ticker = Ticker.newMockTicker();
        ticker.advance(NOW, TimeUnit.NANOSECONDS);
        return new Clock(ticker, InstantSource.fixed(TODAY));
    }

    /** What the console says of a moment so many seconds ago. */
    static String ago(long seconds) {
        return DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss z", Locale.ROOT)
                .withZone(ZoneId.systemDefault())
                .format(TODAY.minusSeconds(seconds));
    }

    /** The same on the clock of loops. */
    static long nanosAgo(long seconds) {
        return NOW - TimeUnit.SECONDS.toNanos(seconds);
    }

    /** The rows of a table, each with {@code |} between its cells. */
    static List<String> rows(Table table) {
        return table.rows().stream()
                .map(row ->
                        row.cells().stream()
                                .map(cell -> cell == null ? "NULL" : cell)
                                .collect(Collectors.joining("|")))
                .toList();
    }

    static List<String> columns(Table table) {
        return table.columns().stream().map(Column::name).toList();
    }

    /** The columns and what one row has in each. */
    static String record(Table table, int row) {
        var text = new StringBuilder();
        List<String> names = columns(table);
        for (int i = 0; i < names.size(); i++) {
            String cell = table.rows().get(row).cells().get(i);
            text.append(names.get(i)).append(": ").append(cell == null ? "NULL" : cell);
            text.append('\n');
        }
        return text.toString();
    }
}
