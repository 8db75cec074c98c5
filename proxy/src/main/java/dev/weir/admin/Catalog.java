package dev.weir.admin;

import dev.weir.config.Database;
import dev.weir.config.Setting;
import dev.weir.config.Settings;
import dev.weir.observe.Control;
import dev.weir.protocol.BackendMessages.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the console answers to queries about PostgreSQL's catalogs, which it does not have: that
 * nothing was found. So psql's {@code \\d} says so instead of failing. Where psql completes a word,
 * it is given the words that exist.
 */
final class Catalog {
    private static final List<Column> COLUMNS = Table.columns("name");

    /** As psql asks when the Tab key is pressed, with what was typed so far. */
    private static final Pattern BEGINS =
            Pattern.compile("(?:LIKE (?:pg_catalog\\.lower\\()?'([^']*)%'|,[0-9]+\\)='([^']*)')");

    private final Control control;

    Catalog(Control control) {
        this.control = control;
    }

    Table answer(String query) {
        Matcher typed = BEGINS.matcher(query);
        List<Row> rows = new ArrayList<>();
        if (typed.find()) {
            String start = typed.group(1) == null ? typed.group(2) : typed.group(1);
            String prefix = start.replace("\\", "").toLowerCase(Locale.ROOT);
            for (String word : words(query)) {
                if (word.startsWith(prefix)) {
                    rows.add(Row.of(word));
                }
            }
        }
        return new Table(COLUMNS, rows);
    }

    private List<String> words(String query) {
        List<String> words = new ArrayList<>();
        if (query.contains("pg_catalog.pg_settings")) {
            for (Topic topic : Topic.values()) {
                words.add(topic.name().toLowerCase(Locale.ROOT));
            }
            for (Setting<?> setting : Settings.ALL) {
                words.add(setting.name());
            }
        } else if (query.contains("pg_catalog.pg_database")) {
            words.add(Consoles.DATABASE);
            for (Database database : control.config().databases()) {
                words.add(database.name());
            }
        }
        return words;
    }
}
