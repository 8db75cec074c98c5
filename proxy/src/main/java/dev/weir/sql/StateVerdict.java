package dev.weir.sql;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What a text may leave in the session that runs it, for display.
 *
 * @param name the word, name or operator that decides, as the text spells it; empty if none does
 */
public record StateVerdict(StateClass stateClass, String name) {
    /** Judges a text by the standard lexical rules and these names. */
    public static StateVerdict of(String sql, StateNames names) {
        byte[] text = sql.getBytes(StandardCharsets.UTF_8);
        var check = new StateCheck();
        byte[] padded = Arrays.copyOf(text, text.length + Lexer.PADDING);
        int effects = check.effects(padded, text.length, LexicalRules.STANDARD, names);
        return new StateVerdict(StateClass.of(effects), check.deciding());
    }
}
