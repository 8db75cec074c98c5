package dev.weir.protocol.auth;

import dev.weir.protocol.ProtocolViolation;
import java.nio.charset.StandardCharsets;

/**
 * A cursor over a SCRAM message: attributes {@code x=value}, separated by commas.
 *
 * <p>The error texts are PostgreSQL's. Bytes are read as ISO-8859-1, so that each byte is one
 * character; {@link #bytes} converts them back.
 */
final class ScramAttributes {
    /** The maximum length of a message in bytes: PostgreSQL's PG_MAX_SASL_MESSAGE_LENGTH. */
    static final int LENGTH_MAX = 1_024;

    private static final String MALFORMED = "malformed SCRAM message";

    private final String text;
    private int index;

    ScramAttributes(byte[] message) {
        if (message.length == 0) {
            throw malformed("The message is empty.");
        }
        if (message.length > LENGTH_MAX) {
            throw malformed(
                    "The message has "
                            + message.length
                            + " bytes (expected: <= "
                            + LENGTH_MAX
                            + ").");
        }
        text = new String(message, StandardCharsets.ISO_8859_1);
        if (text.indexOf('\0') >= 0) {
            throw malformed("Message length does not match input length.");
        }
    }

    static ProtocolViolation malformed(String detail) {
        return new ProtocolViolation(MALFORMED, detail);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    int index() {
        return index;
    }

    boolean atEnd() {
        return index == text.length();
    }

    /** The character at the cursor, or 0 at the end. */
    char peek() {
        return atEnd() ? '\0' : text.charAt(index);
    }

    void skip() {
        assert !atEnd();
        index++;
    }

    void comma() {
        if (peek() != ',') {
            throw malformed("Comma expected, but found character \"" + shown(peek()) + "\".");
        }
        index++;
    }

    String from(int start) {
        return text.substring(start);
    }

    String between(int start, int end) {
        return text.substring(start, end);
    }

    /** The value of {@code attribute}, which must come next. */
    String value(char attribute) {
        if (peek() != attribute) {
            throw malformed(
                    "Expected attribute \""
                            + attribute
                            + "\" but found \""
                            + shown(peek())
                            + "\".");
        }
        return anyValue();
    }

    /** The value of the next attribute, whichever it is; {@link #peek} tells which. */
    String anyValue() {
        char attribute = peek();
        if (atEnd()) {
            throw malformed("Attribute expected, but found end of string.");
        }
        if (!isLetter(attribute)) {
            throw malformed(
                    "Attribute expected, but found invalid character \""
                            + shown(attribute)
                            + "\".");
        }
        index++;
        if (peek() != '=') {
            throw malformed("Expected character \"=\" for attribute \"" + attribute + "\".");
        }
        int start = index + 1;
        int comma = text.indexOf(',', start);
        int end = comma < 0 ? text.length() : comma;
        index = comma < 0 ? end : end + 1;
        return text.substring(start, end);
    }

    static boolean isPrintable(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < 0x21 || c > 0x7e || c == ',') {
                return false;
            }
        }
        return true;
    }

    static String shown(char c) {
        return c >= 0x21 && c <= 0x7e ? "'" + c + "'" : String.format("0x%02x", (int) c);
    }

    private static boolean isLetter(char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    }
}
