package dev.weir.cluster;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON (RFC 8259): objects as maps, arrays as lists, numbers as doubles, null as null. It is
 * for answers of a few kilobytes.
 */
final class Json {
    /** Deeper ones are not read: whoever sends them does not mean well. */
    private static final int DEPTH_MAX = 50;

    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /**
     * @throws IllegalArgumentException if it is not JSON
     */
    static @Nullable Object parse(String text) {
        var json = new Json(text);
        Object value = json.value(0);
        json.skip();
        if (json.at < text.length()) {
            throw json.wrong("the end");
        }
        return value;
    }

    private IllegalArgumentException wrong(String expected) {
        return new IllegalArgumentException("JSON: at " + at + " (expected: " + expected + ")");
    }

    private void skip() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private boolean takes(char one) {
        skip();
        boolean is = at < text.length() && text.charAt(at) == one;
        at += is ? 1 : 0;
        return is;
    }

    private void expect(char one) {
        if (!takes(one)) {
            throw wrong("" + one);
        }
    }

    private @Nullable Object value(int depth) {
        skip();
        if (at >= text.length() || depth > DEPTH_MAX) {
            throw wrong("a value");
        }
        return switch (text.charAt(at)) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> string();
            default -> word();
        };
    }

    private Map<String, @Nullable Object> object(int depth) {
        expect('{');
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        if (takes('}')) {
            return members;
        }
        do {
            skip();
            String name = string();
            expect(':');
            members.put(name, value(depth + 1));
        } while (takes(','));
        expect('}');
        return members;
    }

    private List<@Nullable Object> array(int depth) {
        expect('[');
        List<@Nullable Object> elements = new ArrayList<>();
        if (takes(']')) {
            return elements;
        }
        do {
            elements.add(value(depth + 1));
        } while (takes(','));
        expect(']');
        return elements;
    }

    private String string() {
        expect('"');
        var value = new StringBuilder();
        while (at < text.length()) {
            char one = text.charAt(at++);
            if (one == '"') {
                return value.toString();
            }
            value.append(one == '\\' ? escaped() : one);
        }
        throw wrong("\"");
    }

    private char escaped() {
        char one = at < text.length() ? text.charAt(at++) : ' ';
        return switch (one) {
            case '"', '\\', '/' -> one;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> throw wrong("an escape");
        };
    }

    private char unicode() {
        if (at + 4 > text.length()) {
            throw wrong("four digits");
        }
        at += 4;
        try {
            return (char) Integer.parseInt(text, at - 4, at, 16);
        } catch (NumberFormatException _) {
            throw wrong("four digits");
        }
    }

    private @Nullable Object word() {
        int begin = at;
        while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        String word = text.substring(begin, at);
        return switch (word) {
            case "null" -> null;
            case "true" -> true;
            case "false" -> false;
            default -> number(word);
        };
    }

    private Double number(String word) {
        if (!word.matches("-?[0-9]+(\\.[0-9]+)?([eE][-+]?[0-9]+)?")) {
            throw wrong("a value");
        }
        return Double.valueOf(word);
    }
}
