package dev.weir.pgkit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * One message from the server: its tag, and its body without the length.
 *
 * <p>The methods that read a body fail if the message is of another type.
 */
@SuppressWarnings("ArrayRecordComponent") // compared by summary(), not by equals()
public record Message(char tag, byte[] body) {
    /** Returns the body as text, up to its last byte or the terminator. */
    public String text() {
        int length = body.length;
        while (length > 0 && body[length - 1] == 0) {
            length--;
        }
        return new String(body, 0, length, StandardCharsets.UTF_8);
    }

    /** The fields of an ErrorResponse or NoticeResponse by their codes, such as 'C' and 'M'. */
    public Map<Character, String> fields() {
        expect("EN");
        Map<Character, String> fields = new LinkedHashMap<>();
        ByteBuffer in = ByteBuffer.wrap(body);
        for (byte type = in.get(); type != 0; type = in.get()) {
            fields.put((char) type, string(in));
        }
        return fields;
    }

    public String sqlState() {
        return fields().getOrDefault('C', "");
    }

    public String errorMessage() {
        return fields().getOrDefault('M', "");
    }

    public String commandTag() {
        expect("C");
        return text();
    }

    /** The transaction status of ReadyForQuery: I, T or E. */
    public char status() {
        expect("Z");
        return (char) body[0];
    }

    /** The values of a DataRow as text; NULL is null. */
    public List<@Nullable String> row() {
        List<@Nullable String> row = new ArrayList<>();
        for (byte @Nullable [] value : values()) {
            row.add(value == null ? null : new String(value, StandardCharsets.UTF_8));
        }
        return row;
    }

    /** The values of a DataRow as received; NULL is null. */
    public List<byte @Nullable []> values() {
        expect("D");
        ByteBuffer in = ByteBuffer.wrap(body);
        List<byte @Nullable []> values = new ArrayList<>();
        for (int left = in.getShort(); left > 0; left--) {
            values.add(value(in));
        }
        return values;
    }

    /**
     * Returns the message on one line, without what differs between two servers that behave alike:
     * process IDs, secrets, the position of an error in PostgreSQL's source.
     */
    public String summary() {
        String details = details();
        return details.isEmpty() ? String.valueOf(tag) : tag + " " + printable(details);
    }

    @Override
    public String toString() {
        return summary();
    }

    private String details() {
        ByteBuffer in = ByteBuffer.wrap(body);
        return switch (tag) {
            case 'E', 'N' -> sqlState() + " " + errorMessage();
            case 'C', 'Z', 'd' -> text();
            case 'S' -> string(in) + "=" + string(in);
            case 'R' -> String.valueOf(in.getInt());
            case 'D' -> {
                StringJoiner values = new StringJoiner("|");
                row().forEach(value -> values.add(value == null ? "\\N" : value));
                yield values.toString();
            }
            case 'T' -> columns(in);
            case 't' -> {
                StringJoiner types = new StringJoiner(",");
                for (int left = in.getShort(); left > 0; left--) {
                    types.add(String.valueOf(in.getInt()));
                }
                yield types.toString();
            }
            case 'A' -> {
                in.getInt();
                yield string(in) + " " + string(in);
            }
            case 'G', 'H', 'W' -> in.get() + "/" + in.getShort();
            case 'V' -> {
                byte[] value = value(in);
                yield value == null ? "\\N" : new String(value, StandardCharsets.UTF_8);
            }
            case 'v' -> {
                int version = in.getInt();
                yield (version >>> 16) + "." + (version & 0xffff) + " " + in.getInt();
            }
            case 'K', '1', '2', '3', 'n', 's', 'I', 'c' -> "";
            default -> body.length + " bytes";
        };
    }

    private static String columns(ByteBuffer in) {
        StringJoiner columns = new StringJoiner(",");
        for (int left = in.getShort(); left > 0; left--) {
            String name = string(in);
            in.position(in.position() + 4 + 2); // table, attribute
            columns.add(name + "(" + in.getInt() + ")");
            in.position(in.position() + 2 + 4 + 2); // size, modifier, format
        }
        return columns.toString();
    }

    private void expect(String tags) {
        if (tags.indexOf(tag) < 0) {
            throw new IllegalStateException(
                    "message: " + summary() + " (expected: one of '" + tags + "')");
        }
    }

    private static byte @Nullable [] value(ByteBuffer in) {
        int length = in.getInt();
        if (length < 0) {
            return null;
        }
        byte[] value = new byte[length];
        in.get(value);
        return value;
    }

    private static String string(ByteBuffer in) {
        int end = in.position();
        while (in.get(end) != 0) {
            end++;
        }
        byte[] bytes = new byte[end - in.position()];
        in.get(bytes).get();
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String printable(String text) {
        StringBuilder printable = new StringBuilder(text.length());
        text.chars()
                .forEach(c -> {
                    switch (c) {
                        case '\n' -> printable.append("\\n");
                        case '\t' -> printable.append("\\t");
                        case '\r' -> printable.append("\\r");
                        default -> {
                            if (c < ' ') {
                                printable.append(String.format("\\x%02x", c));
                            } else {
                                printable.append((char) c);
                            }
                        }
                    }
                });
        return printable.toString();
    }
}
