package dev.weir.auth;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Splits a line into fields of words, exactly as PostgreSQL does: white space separates fields, a
 * comma directly after a word continues the field, {@code #} starts a comment, and {@code ""}
 * within quotes is a quote.
 *
 * @see <a href="https://www.postgresql.org/docs/18/auth-pg-hba-conf.html">The pg_hba.conf File</a>
 */
final class HbaWords {
    private final String line;
    private int at;
    private boolean commaFollows;

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
        while (at < line.length()) {
            List<HbaToken> field = field(expansion);
            if (!field.isEmpty()) {
                fields.add(field);
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

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\r';
    }
}
