package dev.weir.auth;

import dev.weir.config.Place;
import java.util.List;

/**
 * A word of an hba or ident file.
 *
 * @param quoted whether it begins with a quote, so that it is a name even if it looks like a
 *     keyword
 */
record HbaToken(String text, boolean quoted) {

    boolean isKeyword(String keyword) {
        return !quoted && text.equals(keyword);
    }

    /** Whether it is a regular expression, with or without quotes, which protect commas in it. */
    boolean isPattern() {
        return text.startsWith("/");
    }

    /**
     * The text between quotes, as errors show it; characters that could break a line are replaced.
     */
    String shown() {
        return '"' + text.replaceAll("\\p{Cntrl}", "?") + '"';
    }

    /** One line, continuations joined: its fields, each a list of at least one word. */
    record Line(Place place, List<List<HbaToken>> fields) {}
}
