package dev.weir.config;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Reads PgBouncer's dialect of ini files line by line. A comment has {@code ;} or {@code #} at the
 * start of its line. A value is the rest of its line without trailing blanks. A name that contains
 * characters other than {@code A-Z a-z 0-9 _ . * -} is written in {@code '…'}. After an error,
 * reading continues with the next line, so that all errors are found at once.
 */
final class IniReader {
    private static final int INCLUDE_DEPTH_MAX = 10;
    private static final String INCLUDE = "%include";

    private final Handler handler;
    private final Findings findings;
    private final EnvironmentReferences environment;

    /** Receives what the lines say. */
    interface Handler {
        void section(String name, Place place);

        void entry(String key, String value, Place place);

        /** The file is named by an {@code %include}, and is read next if it can be. */
        default void included(String file) {}
    }

    private final TextFiles files = new TextFiles();

    IniReader(Handler handler, Findings findings, EnvironmentReferences environment) {
        this.handler = handler;
        this.findings = findings;
        this.environment = environment;
    }

    void read(String file, String text) {
        read(file, text, 0);
    }

    private void read(String file, String text, int depth) {
        int number = 0;
        for (int start = 0; start < text.length(); ) {
            int end = text.indexOf('\n', start);
            end = end < 0 ? text.length() : end;
            number++;
            line(text.substring(start, end), new Place(file, number), depth);
            start = end + 1;
        }
    }

    private void line(String line, Place place, int depth) {
        if (line.indexOf('\0') >= 0) {
            findings.problem(place, "a zero byte (expected: text)");
            return;
        }
        int start = skipSpace(line, 0);
        // PgBouncer continues after the bracket as if a new line began there.
        while (line.startsWith("[", start)) {
            int end = line.indexOf(']', start);
            if (end < 0) {
                findings.problem(place, "the section name is not closed (expected: [name])");
                return;
            }
            handler.section(line.substring(start + 1, end), place);
            start = skipSpace(line, end + 1);
        }
        String rest = line.substring(start);
        if (rest.isEmpty() || rest.startsWith(";") || rest.startsWith("#")) {
            return;
        }
        if (isInclude(rest)) {
            int name = skipBlanks(rest, INCLUDE.length());
            include(withoutTrailingSpace(rest.substring(name)), place, depth + 1);
        } else {
            entry(rest, place);
        }
    }

    private void entry(String line, Place place) {
        StringBuilder key = new StringBuilder();
        int end = line.startsWith("'") ? quotedKey(line, key) : bareKey(line, key);
        if (end < 0) {
            findings.problem(
                    place, "the name is not closed (expected: '…', with '' for a quote inside)");
            return;
        }
        int equals = skipBlanks(line, end);
        if (end == 0 || !line.startsWith("=", equals)) {
            findings.problem(
                    place,
                    (end == 0 ? "not a setting" : "no = after \"" + key + '"')
                            + " (expected: name = value; a name with other characters than"
                            + " A-Z a-z 0-9 _ . * - is written 'my name')");
            return;
        }
        String value = withoutTrailingSpace(line.substring(skipBlanks(line, equals + 1)));
        handler.entry(key.toString(), value, place);
    }

    private static int bareKey(String line, StringBuilder key) {
        int end = 0;
        while (end < line.length() && isKeyCharacter(line.charAt(end))) {
            end++;
        }
        key.append(line, 0, end);
        return end;
    }

    /**
     * Returns the index of the text after the closing quote, or -1 if there is no closing quote.
     */
    private static int quotedKey(String line, StringBuilder key) {
        for (int i = 1; i < line.length(); i++) {
            if (line.charAt(i) == '\'') {
                if (!line.startsWith("''", i)) {
                    return i + 1;
                }
                i++;
            }
            key.append(line.charAt(i));
        }
        return -1;
    }

    private void include(String name, Place place, int depth) {
        if (files.isOver()) {
            return;
        }
        if (depth > INCLUDE_DEPTH_MAX) {
            files.giveUp();
            findings.problem(
                    place,
                    "%include: nested deeper than "
                            + INCLUDE_DEPTH_MAX
                            + " (does a file include itself?)");
            return;
        }
        try {
            String file = FileNames.found(environment.expand(name), place);
            handler.included(file);
            read(file, files.read(Path.of(file)), depth);
        } catch (IOException | IllegalArgumentException e) {
            findings.problem(place, "%include: " + e.getMessage());
        }
    }

    private static boolean isInclude(String line) {
        return line.startsWith(INCLUDE)
                && line.length() > INCLUDE.length()
                && isBlank(line.charAt(INCLUDE.length()));
    }

    private static boolean isKeyCharacter(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || "_.-*".indexOf(c) >= 0;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    /** Like C's {@code isspace}. */
    private static boolean isSpace(char c) {
        return isBlank(c) || (c >= '\n' && c <= '\r');
    }

    private static int skipBlanks(String line, int from) {
        int i = from;
        while (i < line.length() && isBlank(line.charAt(i))) {
            i++;
        }
        return i;
    }

    private static int skipSpace(String line, int from) {
        int i = from;
        while (i < line.length() && isSpace(line.charAt(i))) {
            i++;
        }
        return i;
    }

    private static String withoutTrailingSpace(String text) {
        int end = text.length();
        while (end > 0 && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end);
    }
}
