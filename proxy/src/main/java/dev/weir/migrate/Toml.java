package dev.weir.migrate;

import com.electronwill.nightconfig.core.UnmodifiableConfig;
import com.electronwill.nightconfig.core.io.ParsingException;
import com.electronwill.nightconfig.toml.TomlParser;
import dev.weir.migrate.Import.ImportException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Parses TOML files. */
final class Toml {
    private Toml() {}

    static Keys read(String file, String text) throws ImportException {
        try {
            return new Keys("", map(new TomlParser().parse(text)));
        } catch (ParsingException e) {
            throw new ImportException(file + ": " + e.getMessage());
        }
    }

    private static Map<String, Object> map(UnmodifiableConfig table) {
        Map<String, Object> map = new LinkedHashMap<>();
        table.entrySet()
                .forEach(entry -> {
                    Object value = entry.getValue();
                    if (value != null) {
                        map.put(entry.getKey(), plain(value));
                    }
                });
        return map;
    }

    private static Object plain(Object value) {
        return switch (value) {
            case UnmodifiableConfig table -> map(table);
            case List<?> list -> list.stream().map(Toml::plain).toList();
            default -> value;
        };
    }
}
