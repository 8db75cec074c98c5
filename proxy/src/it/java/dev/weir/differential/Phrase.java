package dev.weir.differential;

import dev.weir.pgkit.Wire;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The bytes of one line of a {@link Conversation}. */
final class Phrase {
    private static final Pattern REPEAT = Pattern.compile("\\{([^{}]*)\\*([0-9]+)}");

    private static final Pattern FIELDS = Pattern.compile("(?:^|\\s)\\|(?:\\s|$)");

    private Phrase() {}

    static byte[] bytes(Conversation.Line line, String schema) {
        String rest = expand(line.rest(), schema);
        return switch (line.verb()) {
            case "Q" -> Wire.query(rest);
            case "P" -> parse(fields(rest));
            case "B" -> bind(fields(rest));
            case "E" -> {
                String[] words = rest.split(" ", -1);
                yield Wire.execute(name(words[0]), Integer.parseInt(words[1]));
            }
            case "D" ->
                    rest.startsWith("S")
                            ? Wire.describeStatement(name(rest.substring(2)))
                            : Wire.describePortal(name(rest.substring(2)));
            case "C" ->
                    rest.startsWith("S")
                            ? Wire.closeStatement(name(rest.substring(2)))
                            : Wire.closePortal(name(rest.substring(2)));
            case "S" -> Wire.sync();
            case "H" -> Wire.flush();
            case "F" -> functionCall(fields(rest));
            case "d" -> Wire.copyData(rest.getBytes(StandardCharsets.UTF_8));
            case "c" -> Wire.copyDone();
            case "f" -> Wire.copyFail(rest);
            case "x" -> HexFormat.of().parseHex(rest.replace(" ", ""));
            default -> throw new IllegalArgumentException("verb: " + line);
        };
    }

    static String expand(String text, String schema) {
        Matcher repeats = REPEAT.matcher(text.replace("{d}", schema));
        return repeats.replaceAll(match ->
                        Matcher.quoteReplacement(
                                match.group(1).repeat(Integer.parseInt(match.group(2)))))
                .replace("\\n", "\n")
                .replace("\\t", "\t");
    }

    private static String[] fields(String text) {
        String[] fields = FIELDS.split(text, -1);
        for (int i = 0; i < fields.length; i++) {
            fields[i] = fields[i].strip();
        }
        return fields;
    }

    private static String name(String text) {
        return text.strip().replace("\"\"", "");
    }

    private static byte[] parse(String[] fields) {
        int[] types = {};
        if (fields.length > 2) {
            String[] list = fields[2].split(",", -1);
            types = new int[list.length];
            for (int i = 0; i < list.length; i++) {
                types[i] = Integer.parseInt(list[i]);
            }
        }
        return Wire.parse(name(fields[0]), fields[1], types);
    }

    private static byte[] bind(String[] fields) {
        String[] names = fields[0].split(" ", -1);
        @Nullable String[] values = new @Nullable String[fields.length - 1];
        for (int i = 1; i < fields.length; i++) {
            values[i - 1] = fields[i].equals("\\N") ? null : fields[i];
        }
        return Wire.bind(name(names[0]), name(names[1]), values);
    }

    private static byte[] functionCall(String[] fields) {
        byte[][] arguments = new byte[fields.length - 1][];
        for (int i = 1; i < fields.length; i++) {
            arguments[i - 1] =
                    fields[i].startsWith("'")
                            ? fields[i].substring(1).getBytes(StandardCharsets.UTF_8)
                            : ByteBuffer.allocate(4).putInt(Integer.parseInt(fields[i])).array();
        }
        return Wire.functionCall(Integer.parseInt(fields[0]), arguments);
    }
}
