package dev.weir.auth;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Splits a line into fields of words, as PostgreSQL does: white space separates fields, a comma
 * after a word continues the field, {@code #} starts a comment, and {@code ""} within quotes is a
 * quote. As in PgBouncer, and unlike PostgreSQL, there may be white space before the comma.
 *
 * @see <a href="https://www.postgresql.org/docs/18/auth-pg-hba-conf.html">The pg_hba.conf File</a>
 */
final class HbaWords {
    private final String line;
    private int at;
    private boolean commaFollows;

    /** The first field is never a list. */
    private boolean isFirst;

    HbaWords(String line) {
        this.line = line;
    }

    /** The words that a word beginning with {@code @} stands for. */
    interface Expansion {
        List<HbaToken> of(String file);
    }

    /**
     * Returns all fields.
     *
     * @throws IllegalArgumentException if a quote is not closed
     */
    List<List<HbaToken>> fields(Expansion expansion) {
        List<List<HbaToken>> fields = new ArrayList<>();
        isFirst = true;
        while (at < line.length()) {
            List<HbaToken> field = field(expansion);
            if (!field.isEmpty()) {
                fields.add(field);
                isFirst = false;
            }
        }
        return fields;
    }

    private List<HbaToken> field(Expansion expansion) {
        List<HbaToken> field = new ArrayList<>();
        do {
            HbaToken word = word();
            if (word == null) {
                break;
            }
            boolean isFile = !word.quoted() && word.text().startsWith("@");
            if (isFile && word.text().length() > 1) {
                field.addAll(expansion.of(word.text().substring(1)));
            } else {
                field.add(word);
            }
        } while (commaFollows);
        return field;
    }

    private @Nullable HbaToken word() {
        commaFollows = false;
        while (at < line.length() && (isBlank(line.charAt(at)) || line.charAt(at) == ',')) {
            at++;
        }
        StringBuilder word = new StringBuilder();
        boolean inQuote = false;
        boolean wasQuote = false;
        boolean sawQuote = false;
        boolean startsQuoted = false;
        for (; at < line.length(); at++) {
            char c = line.charAt(at);
            if (!inQuote && isBlank(c)) {
                commaFollows = !isFirst && isCommaNext();
                break;
            }
            if (!inQuote && c == '#') {
                at = line.length();
                break;
            }
            if (!inQuote && c == ',') {
                commaFollows = true;
                break;
            }
            if (c != '"' || wasQuote) {
                word.append(c);
            }
            wasQuote = inQuote && c == '"' && !wasQuote;
            if (c == '"') {
                inQuote = !inQuote;
                startsQuoted |= word.isEmpty();
                sawQuote = true;
            }
        }
        if (inQuote) {
            throw new IllegalArgumentException("a quote that is not closed (expected: \"…\")");
        }
        return sawQuote || !word.isEmpty() ? new HbaToken(word.toString(), startsQuoted) : null;
    }

    private boolean isCommaNext() {
        int next = at;
        while (next < line.length() && isBlank(line.charAt(next))) {
            next++;
        }
        return next < line.length() && line.charAt(next) == ',';
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\r';
    }
}
