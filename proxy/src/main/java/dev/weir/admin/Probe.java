package dev.weir.admin;

import dev.weir.net.ClientIdentity;
import dev.weir.protocol.BackendMessages.Column;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A SELECT without FROM of constants and of what a session knows of itself, by which pools of
 * connections, monitors and drivers find out who answers: {@code SELECT 1}, {@code SELECT
 * current_user AS me, version()}.
 *
 * @param items what is asked for, in order
 */
record Probe(List<Item> items) {
    /** One value of the list, and what its column is called. */
    record Item(Known known, String literal, String column) {}

    /** What a session knows; the name is that of the column. */
    enum Known {
        NUMBER("?column?", "[0-9]{1,9}"),
        TEXT("?column?", "'(?:[^']|'')*+'"),
        VERSION("version", "version\\s*\\(\\s*\\)"),
        DATABASE("current_database", "current_database\\s*\\(\\s*\\)"),
        CATALOG("current_catalog", "current_catalog"),
        SCHEMA("current_schema", "current_schema(?:\\s*\\(\\s*\\))?"),
        CURRENT_USER("current_user", "current_user"),
        CURRENT_ROLE("current_role", "current_role"),
        SESSION_USER("session_user", "session_user"),
        NOW("now", "now\\s*\\(\\s*\\)"),
        CURRENT_TIMESTAMP("current_timestamp", "current_timestamp");

        private final String column;
        private final Pattern pattern;

        Known(String column, String pattern) {
            this.column = column;
            this.pattern = Pattern.compile(pattern, Pattern.CASE_INSENSITIVE);
        }
    }

    private static final Pattern SELECT =
            Pattern.compile(
                    "\\s*+select\\s++(\\S.*?)\\s*+(?:;\\s*+)?+",
                    Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    /** A value, its alias if it has one, and the comma before the next. */
    private static final Pattern ITEM =
            Pattern.compile(
                    "\\s*+(?:pg_catalog\\.)?+('(?:[^']|'')*+'|\\w++(?:\\s*+\\(\\s*+\\))?+)"
                            + "(?:\\s++(?:as\\s++)?+(?:\"([^\"]++)\"|([a-z_]\\w*+)))?+\\s*+(,|$)",
                    Pattern.CASE_INSENSITIVE);

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSS'+00'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    /** Reads a text; null if it asks for something else. */
    static @Nullable Probe parse(String text) {
        Matcher select = SELECT.matcher(text);
        if (!select.matches()) {
            return null;
        }
        List<Item> items = new ArrayList<>();
        String list = select.group(1);
        Matcher item = ITEM.matcher(list);
        int at = 0;
        boolean more = true;
        while (more && item.region(at, list.length()).lookingAt()) {
            Known known = known(item.group(1));
            if (known == null) {
                return null;
            }
            String quoted = item.group(2);
            String plain = item.group(3);
            String alias = quoted == null ? plain == null ? null : lower(plain) : quoted;
            items.add(new Item(known, item.group(1), alias == null ? known.column : alias));
            at = item.end();
            more = item.group(4).equals(",");
        }
        return more ? null : new Probe(List.copyOf(items));
    }

    private static @Nullable Known known(String word) {
        for (Known known : Known.values()) {
            if (known.pattern.matcher(word).matches()) {
                return known;
            }
        }
        return null;
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /** The answer to somebody. */
    Table answer(Sources sources, ClientIdentity who) {
        List<Column> columns = new ArrayList<>();
        List<@Nullable Object> values = new ArrayList<>();
        for (Item item : items) {
            boolean isNumber = item.known() == Known.NUMBER;
            columns.add(
                    new Column(
                            item.column(),
                            isNumber ? Table.INT4 : Table.TEXT,
                            (short) (isNumber ? Integer.BYTES : -1)));
            values.add(value(item, sources, who));
        }
        return new Table(columns, List.of(Row.of(values.toArray())));
    }

    private static @Nullable Object value(Item item, Sources sources, ClientIdentity who) {
        return switch (item.known()) {
            case NUMBER -> Integer.valueOf(item.literal());
            case TEXT -> {
                String quoted = item.literal();
                yield quoted.substring(1, quoted.length() - 1).replace("''", "'");
            }
            case VERSION -> ProcessReports.versionText(sources);
            case DATABASE, CATALOG -> who.database();
            case SCHEMA -> null; // it has none
            case CURRENT_USER, CURRENT_ROLE, SESSION_USER -> who.user();
            case NOW, CURRENT_TIMESTAMP -> TIME.format(sources.clock().now());
        };
    }
}
