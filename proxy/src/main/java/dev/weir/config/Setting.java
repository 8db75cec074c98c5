package dev.weir.config;

import java.util.Set;
import java.util.function.Predicate;

/**
 * One row of {@link Settings}: everything that the parser, the validation, {@code SHOW CONFIG} and
 * the manual know about a setting.
 *
 * @param name the key in the file
 * @param defaultValue the value if the file does not set it; {@code ""} for an unset string
 * @param ownDefault the same for a configuration that is Weir's own, not PgBouncer's: one with a
 *     section {@code [weir]} and none called {@code [pgbouncer]}
 * @param range the allowed values, as the manual and error messages describe them
 * @param support how much of the setting works in this version
 * @param doc one or two sentences for the manual
 */
public record Setting<T>(
        String name,
        Type<T> type,
        T defaultValue,
        T ownDefault,
        String range,
        Predicate<T> valid,
        Reload reload,
        Set<Scope> scopes,
        Support<T> support,
        String doc) {

    private static final int SHOWN_CHARS_MAX = 100;

    /** When a new value takes effect. */
    public enum Reload {
        /** At RELOAD, for existing connections too. */
        AT_ONCE,
        /** For connections that start after the RELOAD. */
        NEW_CONNECTIONS,
        /** At the next start of Weir; RELOAD ignores the setting and SET refuses it. */
        RESTART
    }

    /** The sections of the file in which a setting may stand. */
    public enum Scope {
        GLOBAL,
        DATABASE,
        USER
    }

    /** Whether RELOAD and SET can change it: the column {@code changeable} of SHOW CONFIG. */
    public boolean changeable() {
        return reload != Reload.RESTART;
    }

    /**
     * Parses and checks {@code text}.
     *
     * @throws IllegalArgumentException if {@code text} is not valid; its message may be shown to
     *     the operator
     */
    public T parse(String text) {
        T value;
        try {
            value = type.parse().apply(text);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new IllegalArgumentException(name + ": " + shown(text) + " " + expected(), e);
        }
        if (!valid.test(value)) {
            throw new IllegalArgumentException(name + ": " + shown(text) + " " + expected());
        }
        if (support instanceof Support.Only<T>(String values, Predicate<T> works)
                && !works.test(value)) {
            throw new IllegalArgumentException(
                    name
                            + ": "
                            + shown(text)
                            + " is not supported yet (supported: "
                            + values
                            + ")");
        }
        return value;
    }

    /** Formats {@code value} as SHOW CONFIG shows it. */
    public String print(T value) {
        return type.print().apply(value);
    }

    private String shown(String text) {
        if (type.equals(Type.SECRET)) {
            return "****";
        }
        boolean whole = text.length() <= SHOWN_CHARS_MAX;
        return '"' + (whole ? text : text.substring(0, SHOWN_CHARS_MAX) + "…") + '"';
    }

    private String expected() {
        String typed = type.name().equals("enum") ? "" : type.name() + (range.isEmpty() ? "" : " ");
        return "(expected: " + typed + range + ")";
    }

    @Override
    public String toString() {
        return name;
    }
}
