package dev.weir.top;

import dev.weir.top.Sample.Pool;
import dev.weir.top.Sample.Traffic;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A page, as lines without control characters.
 *
 * @param width of a line at most, in characters
 * @param height in lines at most
 */
record Page(int width, int height, Order order) {
    /** Names of databases and users are cut to fit, but not below this. */
    private static final int NAME_MIN = 8;

    private static final int NAME_MAX = 32;
    private static final double KILO = 1_000;

    /** In their order; those of higher rank stay longer where there is no room for all. */
    private enum Column {
        ACTIVE("ACTIVE", 6, 6),
        WAITING("WAITING", 7, 8),
        LONGEST("LONGEST", 7, 7),
        BUSY("BUSY", 5, 5),
        SPARE("SPARE", 5, 4),
        TRANSACTIONS("XACT/S", 7, 3),
        QUERIES("QUERY/S", 7, 2),
        MODE("MODE", -11, 1);

        private final String title;
        private final int width;
        private final int rank;

        Column(String title, int width, int rank) {
            this.title = title;
            this.width = width;
            this.rank = rank;
        }

        private String cell(String text) {
            return ("%" + width + "s").formatted(text);
        }

        private int room() {
            return Math.abs(width) + 1;
        }
    }

    /**
     * Writes it.
     *
     * @param title of the first line
     * @param earlier the sample before; null if this is the first
     */
    List<String> lines(String title, Sample now, @Nullable Sample earlier) {
        Set<Column> columns = columns();
        int left = width - columns.stream().mapToInt(Column::room).sum() - 1;
        int user = Math.clamp(left / 2, NAME_MIN, NAME_MAX);
        int database = Math.clamp(left - user, NAME_MIN, NAME_MAX);
        var lines = new ArrayList<String>();
        lines.add(title);
        summary(lines, now, earlier);
        lines.add("");
        var head = new StringBuilder(name("DATABASE", database) + ' ' + name("USER", user));
        columns.forEach(column -> head.append(' ').append(column.cell(column.title)));
        lines.add(head.toString());
        now.pools().stream()
                .sorted(order.of(pool -> now.rate(pool.database(), earlier).transactions()))
                .forEach(pool -> {
                    Traffic rate = now.rate(pool.database(), earlier);
                    var line =
                            new StringBuilder(
                                    name(pool.database(), database)
                                            + ' '
                                            + name(pool.user(), user));
                    for (Column column : columns) {
                        line.append(' ').append(column.cell(cell(column, pool, rate)));
                    }
                    lines.add(line.toString());
                });
        return lines.stream()
                .limit(height)
                .map(line -> line.substring(0, Math.min(width, line.length())).stripTrailing())
                .toList();
    }

    private static void summary(List<String> lines, Sample now, @Nullable Sample earlier) {
        int active = 0;
        int waiting = 0;
        int busy = 0;
        int spare = 0;
        double longest = 0;
        for (Pool pool : now.pools()) {
            active += pool.active();
            waiting += pool.waiting();
            busy += pool.busy();
            spare += pool.spare();
            longest = Math.max(longest, pool.longestWait());
        }
        Traffic all = Traffic.NONE;
        for (String database : now.traffic().keySet()) {
            all = all.plus(now.rate(database, earlier));
        }
        lines.add(
                "clients: %d active, %d waiting (%s); servers: %d busy, %d spare"
                        .formatted(active, waiting, seconds(longest), busy, spare));
        lines.add(
                "%s xact/s, %s query/s, %sB/s in, %sB/s out"
                        .formatted(
                                count(all.transactions()),
                                count(all.queries()),
                                count(all.received()),
                                count(all.sent())));
    }

    /** Those for which there is room beside names of some length. */
    private Set<Column> columns() {
        var columns = EnumSet.allOf(Column.class);
        while (2 * NAME_MIN + 1 + columns.stream().mapToInt(Column::room).sum() > width
                && columns.size() > 1) {
            Column least = null;
            for (Column one : columns) {
                least = least == null || one.rank < least.rank ? one : least;
            }
            columns.remove(least);
        }
        return columns;
    }

    private static String cell(Column column, Pool pool, Traffic rate) {
        return switch (column) {
            case ACTIVE -> String.valueOf(pool.active());
            case WAITING -> String.valueOf(pool.waiting());
            case LONGEST -> seconds(pool.longestWait());
            case BUSY -> String.valueOf(pool.busy());
            case SPARE -> String.valueOf(pool.spare());
            case TRANSACTIONS -> count(rate.transactions());
            case QUERIES -> count(rate.queries());
            case MODE -> pool.mode();
        };
    }

    private static String seconds(double seconds) {
        return seconds < 1
                ? "%.0f ms".formatted(seconds * KILO)
                : String.format(Locale.ROOT, "%.1f s", seconds);
    }

    private static String count(double count) {
        double left = Math.max(count, 0); // after a restart, counters start again
        int power = 0;
        while (left >= 10 * KILO && power < 4) {
            left /= KILO;
            power++;
        }
        return "%.0f%s".formatted(left, List.of("", "k", "M", "G", "T").get(power));
    }

    /** A name in a field: what does not fit ends with ~, what a terminal would obey becomes ?. */
    private static String name(String name, int field) {
        String shown = name.replaceAll("\\p{Cntrl}", "?");
        return shown.length() > field
                ? shown.substring(0, field - 1) + '~'
                : ("%-" + field + "s").formatted(shown);
    }
}
