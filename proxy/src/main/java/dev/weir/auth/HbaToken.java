package dev.weir.auth;

import dev.weir.config.Place;
import java.util.List;

/**
 * A word of an hba or ident file.
 *
 * @param quoted whether it begins with a quote, and so is a name even where it looks like a keyword
 */
record HbaToken(String text, boolean quoted) {

    boolean isKeyword(String keyword) {
        return !quoted && text.equals(keyword);
    }

    /** Whether it stands for a regular expression; quotes, which protect its commas, or not. */
    boolean isPattern() {
        return text.startsWith("/");
    }

    /** The text between quotes, as errors show it; what could break a line is replaced. */
    String shown() {
        return '"' + text.replaceAll("\\p{Cntrl}", "?") + '"';
    }

    /** One line, continuations joined: its fields, each a list of at least one word. */
    record Line(Place place, List<List<HbaToken>> fields) {}
}
