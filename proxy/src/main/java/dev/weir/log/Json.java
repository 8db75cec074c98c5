package dev.weir.log;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A JSON object or array that is written member by member, on one line. Used by one thread. */
public final class Json {
    private final StringBuilder text = new StringBuilder();
    private final char end;

    private Json(char begin, char end) {
        text.append(begin);
        this.end = end;
    }

    public static Json object() {
        return new Json('{', '}');
    }

    public static Json array() {
        return new Json('[', ']');
    }

    /** Adds a member of an object; null is JSON's. */
    public Json put(String name, @Nullable String value) {
        begin(name);
        value(value);
        return this;
    }

    public Json put(String name, long value) {
        begin(name);
        text.append(value);
        return this;
    }

    public Json put(String name, boolean value) {
        begin(name);
        text.append(value);
        return this;
    }

    public Json put(String name, Json value) {
        begin(name);
        text.append(value);
        return this;
    }

    /** Adds a member whose value is a number in JSON's form already. */
    public Json putNumber(String name, String digits) {
        begin(name);
        text.append(digits);
        return this;
    }

    /** Adds an element that is a number in JSON's form already. */
    public Json addNumber(String digits) {
        comma();
        text.append(digits);
        return this;
    }

    /** Adds an element of an array. */
    public Json add(@Nullable String value) {
        comma();
        value(value);
        return this;
    }

    public Json add(Json value) {
        comma();
        text.append(value);
        return this;
    }

    private void begin(String name) {
        assert end == '}' : "an array has no members";
        comma();
        quote(name);
        text.append(':');
    }

    private void comma() {
        if (text.length() > 1) {
            text.append(',');
        }
    }

    private void value(@Nullable String value) {
        if (value == null) {
            text.append("null");
        } else {
            quote(value);
        }
    }

    /** Quotes a string; it stays one string on one line, whatever it contains. */
    private void quote(String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (isEscaped(value, i)) {
                        text.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }

    /** Control characters, those that end a line somewhere, and halves of a surrogate pair. */
    private static boolean isEscaped(String value, int at) {
        char c = value.charAt(at);
        if (Character.isHighSurrogate(c)) {
            return at + 1 == value.length() || !Character.isLowSurrogate(value.charAt(at + 1));
        }
        if (Character.isLowSurrogate(c)) {
            return at == 0 || !Character.isHighSurrogate(value.charAt(at - 1));
        }
        return Character.isISOControl(c) || c == '\u2028' || c == '\u2029';
    }

    /** The whole text. */
    @Override
    public String toString() {
        return text.toString() + end;
    }
}
