package dev.weir.sql;

import java.util.List;
import java.util.Map;

/** The key words that stand for operators, which PostgreSQL looks up as if they were written. */
public final class OperatorWords {
    private static final Map<String, List<String>> WORDS =
            Map.ofEntries(
                    Map.entry(
                            "=",
                            List.of("=", "in", "distinct", "case", "nullif", "using", "natural")),
                    Map.entry("<>", List.of("<>", "in")),
                    Map.entry("<", List.of("<", "between")),
                    Map.entry(">", List.of(">", "between")),
                    Map.entry("<=", List.of("<=", "between")),
                    Map.entry(">=", List.of(">=", "between")),
                    Map.entry("~~", List.of("~~", "like")),
                    Map.entry("!~~", List.of("!~~", "like")),
                    Map.entry("~~*", List.of("~~*", "ilike")),
                    Map.entry("!~~*", List.of("!~~*", "ilike")),
                    Map.entry("~", List.of("~", "similar")),
                    Map.entry("!~", List.of("!~", "similar")));

    private OperatorWords() {}

    /** An operator's symbol and the words that stand for it; for any other name only the name. */
    public static List<String> of(String symbol) {
        return WORDS.getOrDefault(symbol, List.of(symbol));
    }
}
