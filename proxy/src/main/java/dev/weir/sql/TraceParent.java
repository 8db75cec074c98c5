package dev.weir.sql;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The span of a distributed trace for which a statement was sent: what sqlcommenter and its like
 * add to it as {@code /*traceparent='00-…-…-01'…}, in a comment at its end or its beginning.
 *
 * @param traceId 32 hexadecimal digits, not all zero
 * @param spanId 16 hexadecimal digits, not all zero
 * @see <a href="https://www.w3.org/TR/trace-context/#traceparent-header">Trace Context</a>
 */
public record TraceParent(String traceId, String spanId) {
    private static final byte[] KEY = "traceparent='".getBytes(StandardCharsets.US_ASCII);

    /** How much of a comment is looked at. */
    private static final int COMMENT_BYTES_MAX = 1_024;

    /** {@code 00-}, the trace, {@code -}, the span, {@code -01}. */
    private static final int VALUE_BYTES = 55;

    private static final int TRACE_AT = 3;
    private static final int TRACE_DIGITS = 32;
    private static final int SPAN_AT = 36;
    private static final int SPAN_DIGITS = 16;

    /** That of a text; null if it has none, or one that is not well-formed. */
    static @Nullable TraceParent of(byte[] text, int length) {
        int end = length;
        while (end > 0 && (text[end - 1] <= ' ' || text[end - 1] == ';')) {
            end--;
        }
        if (is(text, end - 2, end, '*', '/')) {
            int from = Math.max(0, end - COMMENT_BYTES_MAX);
            for (int at = end - 4; at >= from; at--) {
                if (is(text, at, end, '/', '*')) {
                    return within(text, at, end);
                }
            }
        } else if (is(text, 0, end, '/', '*')) {
            int until = Math.min(end, COMMENT_BYTES_MAX);
            for (int at = 2; at < until; at++) {
                if (is(text, at, until, '*', '/')) {
                    return within(text, 0, at);
                }
            }
        }
        return null;
    }

    private static boolean is(byte[] text, int at, int end, char first, char second) {
        return at >= 0 && at + 1 < end && text[at] == first && text[at + 1] == second;
    }

    private static @Nullable TraceParent within(byte[] text, int from, int end) {
        for (int at = from; at + KEY.length + VALUE_BYTES < end; at++) {
            if (isKey(text, at)) {
                return parsed(text, at + KEY.length);
            }
        }
        return null;
    }

    private static boolean isKey(byte[] text, int at) {
        for (int i = 0; i < KEY.length; i++) {
            if (text[at + i] != KEY[i]) {
                return false;
            }
        }
        return true;
    }

    private static @Nullable TraceParent parsed(byte[] text, int at) {
        boolean hasForm =
                text[at + TRACE_AT - 1] == '-'
                        && text[at + SPAN_AT - 1] == '-'
                        && text[at + SPAN_AT + SPAN_DIGITS] == '-'
                        && text[at + VALUE_BYTES] == '\'';
        return hasForm
                        && isId(text, at + TRACE_AT, TRACE_DIGITS)
                        && isId(text, at + SPAN_AT, SPAN_DIGITS)
                ? new TraceParent(
                        ascii(text, at + TRACE_AT, TRACE_DIGITS),
                        ascii(text, at + SPAN_AT, SPAN_DIGITS))
                : null;
    }

    private static boolean isId(byte[] text, int at, int digits) {
        boolean isZero = true;
        for (int i = at; i < at + digits; i++) {
            byte c = text[i];
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
            isZero &= c == '0';
        }
        return !isZero;
    }

    private static String ascii(byte[] text, int at, int length) {
        return new String(text, at, length, StandardCharsets.US_ASCII);
    }
}
