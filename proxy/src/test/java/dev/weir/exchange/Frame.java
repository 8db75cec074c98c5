package dev.weir.exchange;

import dev.weir.pgkit.Wire;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A message of a client as a transcript writes it: its tag, then its fields, {@code -} for no name.
 *
 * <pre>
 * Q sql        P statement sql   B portal statement parameter…   D S statement   D P portal
 * E portal n   C S statement     C P portal   S   H   F oid argument…   d line   c   f reason   X
 * </pre>
 */
record Frame(String text) {
    private char tag() {
        return text.charAt(0);
    }

    /** The request that the ledger is told of; null for what it need not know. */
    @Nullable Request request() {
        return switch (tag()) {
            case 'Q' -> Request.QUERY;
            case 'P' -> Request.PARSE;
            case 'B' -> Request.BIND;
            case 'D' -> field(1).equals("S") ? Request.DESCRIBE_STATEMENT : Request.DESCRIBE_PORTAL;
            case 'E' -> Request.EXECUTE;
            case 'C' -> Request.CLOSE;
            case 'S' -> Request.SYNC;
            case 'F' -> Request.FUNCTION_CALL;
            case 'c', 'f' -> Request.COPY_END;
            case 'H', 'd', 'X' -> null;
            default -> throw new IllegalArgumentException("frame: " + text);
        };
    }

    byte[] bytes() {
        return switch (tag()) {
            case 'Q' -> Wire.query(rest(1));
            case 'P' -> Wire.parse(name(1), rest(2));
            case 'B' -> Wire.bind(name(1), name(2), fieldsFrom(3));
            case 'D' ->
                    field(1).equals("S")
                            ? Wire.describeStatement(name(2))
                            : Wire.describePortal(name(2));
            case 'E' -> Wire.execute(name(1), Integer.parseInt(field(2)));
            case 'C' ->
                    field(1).equals("S") ? Wire.closeStatement(name(2)) : Wire.closePortal(name(2));
            case 'S' -> Wire.sync();
            case 'H' -> Wire.flush();
            case 'F' -> Wire.functionCall(Integer.parseInt(field(1)), arguments());
            case 'd' -> Wire.copyData((rest(1) + "\n").getBytes(StandardCharsets.UTF_8));
            case 'c' -> Wire.copyDone();
            case 'f' -> Wire.copyFail(rest(1));
            case 'X' -> Wire.terminate();
            default -> throw new IllegalArgumentException("frame: " + text);
        };
    }

    private byte[][] arguments() {
        return Arrays.stream(fieldsFrom(2))
                .map(argument -> argument.getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new);
    }

    private String[] fieldsFrom(int index) {
        String[] fields = text.split(" ", -1);
        return Arrays.copyOfRange(fields, Math.min(index, fields.length), fields.length);
    }

    private String field(int index) {
        return text.split(" ", -1)[index];
    }

    private String name(int index) {
        String field = field(index);
        return field.equals("-") ? "" : field;
    }

    /** Everything from a field on, spaces included. */
    private String rest(int index) {
        String[] parts = text.split(" ", index + 1);
        return parts.length > index ? parts[index] : "";
    }
}
