package dev.weir.beside;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One line of a {@link Trial}, and how the answers to it may differ.
 *
 * @param line its number in the file
 * @param verb its first word
 * @param rest what follows
 * @param parts parts of what both answer
 */
record Step(int line, String verb, String rest, List<Difference> differences, List<String> parts) {
    /**
     * What the manual says of it.
     *
     * @param words a piece of docs/pgbouncer.md; {@code before 1.20} if only older versions of
     *     PgBouncer differ, {@code old} if those before 1.25 do
     * @param weir a part of what Weir answers
     */
    record Difference(String words, String weir) {
        private static final String BEFORE = "before 1.";

        boolean isOfVersions() {
            return words.equals("old") || words.startsWith(BEFORE);
        }

        /** The first minor version that does not differ. */
        int before() {
            return words.equals("old") ? 25 : Integer.parseInt(words.substring(BEFORE.length()));
        }
    }

    Step(int line, String verb, String rest) {
        this(line, verb, rest, new ArrayList<>(), new ArrayList<>());
    }

    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");

    /** The words of {@link #rest}; what is in quotes is one word. */
    List<String> words() {
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(rest);
        while (matcher.find()) {
            words.add(matcher.group(1) != null ? matcher.group(1) : matcher.group(2));
        }
        return words;
    }

    @Override
    public String toString() {
        return line + ": " + verb + ' ' + rest;
    }
}
