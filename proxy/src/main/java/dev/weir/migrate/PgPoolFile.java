package dev.weir.migrate;

import dev.weir.migrate.Import.ImportException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Parses pgpool.conf: lines {@code key = value} or {@code key = 'value'}, optionally followed by a
 * comment.
 */
final class PgPoolFile {
    private PgPoolFile() {}

    static Keys read(String file, String text) throws ImportException {
        Map<String, Object> values = new LinkedHashMap<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            String rest = line.strip();
            if (rest.isEmpty() || rest.startsWith("#")) {
                continue;
            }
            int equals = rest.indexOf('=');
            if (equals < 0) {
                throw new ImportException(
                        file + ":" + number + ": \"" + rest + "\" (expected: key = value)");
            }
            values.put(
                    rest.substring(0, equals).strip(), value(rest.substring(equals + 1).strip()));
        }
        return new Keys("", values);
    }

    private static String value(String text) {
        if (!text.startsWith("'")) {
            return text.replaceFirst("\\s*#.*", "");
        }
        var value = new StringBuilder();
        for (int i = 1; i < text.length(); i++) {
            if (text.charAt(i) == '\'') {
                if (!text.startsWith("''", i)) {
                    break;
                }
                i++;
            }
            value.append(text.charAt(i));
        }
        return value.toString();
    }
}
