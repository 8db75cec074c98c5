package dev.weir.config;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Parses the value of an entry of {@code [databases]} or {@code [users]}: pairs {@code key=value}
 * separated by blanks. A value in {@code '…'} may contain blanks, and {@code ''} in it is a quote.
 *
 * <p>No error message quotes text that could be part of a password.
 */
final class KeyValues {
    /** One pair, in the order of the file. */
    record Pair(String key, String value) {

        /** Leaves out the value, which could be a password. */
        @Override
        public String toString() {
            return key + "=…";
        }
    }

    private final String text;
    private final List<Pair> pairs = new ArrayList<>();
    private int position;

    private KeyValues(String text) {
        this.text = text;
    }

    /**
     * Splits {@code text}. After a mistake, the pairs before it are returned.
     *
     * @param wrong is told of the mistake, in words for the operator
     */
    static List<Pair> parse(String text, Consumer<String> wrong) {
        KeyValues reader = new KeyValues(text);
        try {
            reader.skipBlanks();
            while (reader.position < text.length()) {
                String key = reader.key();
                reader.pairs.add(new Pair(key, reader.value(key)));
                reader.skipBlanks();
            }
        } catch (IllegalArgumentException e) {
            wrong.accept(String.valueOf(e.getMessage()));
        }
        return reader.pairs;
    }

    private String key() {
        int start = position;
        while (position < text.length() && text.charAt(position) != '=' && !atBlank()) {
            position++;
        }
        String key = text.substring(start, position);
        skipBlanks();
        if (key.isEmpty() || position == text.length() || text.charAt(position) != '=') {
            boolean isComment = key.startsWith(";") || key.startsWith("#");
            throw new IllegalArgumentException(
                    "expected key=value "
                            + where(pairs.isEmpty() ? null : pairs.getLast().key())
                            + (isComment
                                    ? "; a comment must have a line of its own"
                                    : " (a value with blanks is written 'two words')"));
        }
        position++;
        return key;
    }

    private static String where(@Nullable String previousKey) {
        return previousKey == null ? "at the start" : "after " + previousKey + "=…";
    }

    private String value(String key) {
        skipBlanks();
        String value = text.startsWith("'", position) ? quoted(key) : bare();
        if (value.isEmpty()) {
            throw new IllegalArgumentException(key + ": empty (expected: a value)");
        }
        return value;
    }

    private String bare() {
        int start = position;
        while (position < text.length() && !atBlank()) {
            position++;
        }
        return text.substring(start, position);
    }

    private String quoted(String key) {
        StringBuilder value = new StringBuilder();
        for (position++; position < text.length(); position++) {
            if (text.charAt(position) == '\'') {
                position++;
                if (position == text.length() || atBlank()) {
                    return value.toString();
                }
                if (text.charAt(position) != '\'') {
                    throw new IllegalArgumentException(
                            key + ": text after the closing quote (expected: a blank)");
                }
            }
            value.append(text.charAt(position));
        }
        throw new IllegalArgumentException(
                key + ": the quote is not closed (expected: '…', with '' for a quote inside)");
    }

    private void skipBlanks() {
        while (position < text.length() && atBlank()) {
            position++;
        }
    }

    private boolean atBlank() {
        return text.charAt(position) == ' ' || text.charAt(position) == '\t';
    }
}
