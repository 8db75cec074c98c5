package dev.weir.migrate;

import dev.weir.config.TextFile;
import dev.weir.migrate.Import.ImportException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Parses odyssey.conf: pairs {@code key value}, and {@code key name} followed by a block of the
 * same in braces. Lines mean little: several pairs may share one. A block becomes a table called
 * {@code key name}.
 */
final class OdysseyFile {
    private static final int INCLUDE_DEPTH_MAX = 10;

    /** The keys that open a block, by which its title is told from the pairs before it. */
    private static final Set<String> BLOCKS =
            Set.of("listen", "storage", "database", "user", "group", "ldap_endpoint", "watchdog");

    private final Path file;
    private final String text;
    private final int depth;
    private int at;
    private int line = 1;

    private OdysseyFile(Path file, String text, int depth) {
        this.file = file;
        this.text = text;
        this.depth = depth;
    }

    static Keys read(Path file) throws IOException, ImportException {
        return new Keys("", read(file, 0));
    }

    private static Map<String, Object> read(Path file, int depth)
            throws IOException, ImportException {
        return new OdysseyFile(file, TextFile.read(file), depth).block(false);
    }

    private Map<String, Object> block(boolean isInner) throws IOException, ImportException {
        Map<String, Object> values = new LinkedHashMap<>();
        while (true) {
            skip(true);
            if (at >= text.length()) {
                if (isInner) {
                    throw wrong("a block is not closed (expected: })");
                }
                return values;
            }
            if (text.charAt(at) == '}') {
                at++;
                if (!isInner) {
                    throw wrong("} without {");
                }
                return values;
            }
            statement(values);
        }
    }

    /** Takes the words up to the end of a line or the start of a block. */
    private void statement(Map<String, Object> values) throws IOException, ImportException {
        List<String> words = new ArrayList<>();
        int title = 0;
        while (words.isEmpty() || hasWord()) {
            boolean isKey = text.charAt(at) != '"';
            words.add(word());
            if (isKey && BLOCKS.contains(words.getLast())) {
                title = words.size() - 1;
            }
        }
        int here = at;
        int hereLine = line;
        skip(true);
        boolean opens = at < text.length() && text.charAt(at) == '{';
        if (opens) {
            at++;
            pairs(words.subList(0, title), values);
            String name = String.join(" ", words.subList(title, words.size()));
            values.put(free(name, values), block(true));
            return;
        }
        at = here;
        line = hereLine;
        pairs(words, values);
    }

    /** A title that no other block of the same table has. */
    private static String free(String title, Map<String, Object> values) {
        String free = title;
        for (int i = 2; values.containsKey(free); i++) {
            free = title + " " + i;
        }
        return free;
    }

    private void pairs(List<String> words, Map<String, Object> values)
            throws IOException, ImportException {
        if (words.size() == 1) {
            values.put(words.getFirst(), "");
            return;
        }
        if (words.size() % 2 != 0) {
            throw wrong("\"" + words.getLast() + "\" has no value (expected: key value)");
        }
        for (int i = 0; i < words.size(); i += 2) {
            if (words.get(i).equals("include")) {
                include(words.get(i + 1), values);
            } else {
                values.put(words.get(i), words.get(i + 1));
            }
        }
    }

    private void include(String name, Map<String, Object> values)
            throws IOException, ImportException {
        if (depth >= INCLUDE_DEPTH_MAX) {
            throw wrong("include: nested deeper than " + INCLUDE_DEPTH_MAX);
        }
        values.putAll(read(file.resolveSibling(name), depth + 1));
    }

    private boolean hasWord() {
        skip(false);
        return at < text.length() && "\n{}#".indexOf(text.charAt(at)) < 0;
    }

    private String word() throws ImportException {
        if (text.charAt(at) == '"') {
            int end = text.indexOf('"', at + 1);
            if (end < 0) {
                throw wrong("a quote is not closed");
            }
            String word = text.substring(at + 1, end);
            at = end + 1;
            return word;
        }
        int start = at;
        while (at < text.length() && " \t\r\n{}#\"".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        if (at == start) {
            throw wrong("\"" + text.charAt(at) + "\" (expected: a key)");
        }
        return text.substring(start, at);
    }

    /** Skips blanks and comments, and also line ends if {@code overLines}. */
    private void skip(boolean overLines) {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '#') {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end;
            } else if (c == '\n' && overLines) {
                line++;
                at++;
            } else if (c == ' ' || c == '\t' || c == '\r' || c == ';') {
                at++;
            } else {
                return;
            }
        }
    }

    private ImportException wrong(String what) {
        return new ImportException(file + ":" + line + ": " + what);
    }
}
