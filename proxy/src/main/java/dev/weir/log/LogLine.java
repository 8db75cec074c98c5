package dev.weir.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Pattern;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;
import org.slf4j.helpers.MessageFormatter;

/**
 * A line in PgBouncer's form: {@code YYYY-MM-DD HH:MM:SS.mmm TZ [pid] LEVEL text}. Scripts match
 * its level and its text.
 */
public final class LogLine {
    /**
     * The beginning of a line of the form {@code event key=value}, possibly after a connection's
     * name.
     */
    private static final Pattern EVENT = Pattern.compile("^(\\{} )?([a-z]+(_[a-z]+)+ )?[a-z_]+=");

    /** A character that would end a word in such a line. */
    private static final Pattern NO_WORD = Pattern.compile("[\\s\"=]");

    /** Marks an error that ends the process. */
    public static final Marker FATAL = MarkerFactory.getMarker("FATAL");

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS zzz", Locale.ROOT)
                    .withZone(ZoneId.systemDefault());

    private static final String PROCESS = " [" + ProcessHandle.current().pid() + "] ";

    private LogLine() {}

    /**
     * The whole line, including its end; a stack trace follows on lines of its own, each of which
     * begins with a tab. Text from outside, such as names from clients and errors of servers,
     * cannot begin a line or move the cursor of a terminal.
     */
    public static String of(ILoggingEvent event) {
        return TIME.format(event.getInstant()) + PROCESS + level(event) + ' ' + text(event) + '\n';
    }

    static String text(ILoggingEvent event) {
        IThrowableProxy cause = event.getThrowableProxy();
        var text = new StringBuilder();
        append(text, message(event));
        if (cause != null) {
            ThrowableProxyUtil.asString(cause)
                    .lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .forEach(line -> append(text.append("\n\t"), line));
        }
        return text.toString();
    }

    /**
     * The message with its placeholders filled in. In a line of the form {@code event key=value} a
     * value stays one value, whatever it contains: quotes and backslashes in quotes are escaped,
     * and a value that is not one word is quoted.
     */
    private static String message(ILoggingEvent event) {
        String pattern = event.getMessage();
        Object[] arguments = event.getArgumentArray();
        if (arguments == null || pattern == null || pattern.indexOf('=') < 0) {
            return event.getFormattedMessage();
        }
        boolean isEvent = EVENT.matcher(pattern).find();
        Object[] values = arguments.clone();
        boolean isQuoted = false;
        int next = 0;
        for (int i = 0; i < pattern.length() && next < values.length; i++) {
            char before = i == 0 ? ' ' : pattern.charAt(i - 1);
            if (pattern.charAt(i) == '"' && (isQuoted || before == '=')) {
                isQuoted = !isQuoted;
            } else if (pattern.startsWith("{}", i)) {
                boolean isWord = isEvent && before == '=' && endsWord(pattern, i + 2);
                String value = String.valueOf(values[next]);
                if (isQuoted) {
                    values[next] = escaped(value);
                } else if (isWord && NO_WORD.matcher(value).find()) {
                    values[next] = '"' + escaped(value) + '"';
                }
                next++;
            }
        }
        return MessageFormatter.arrayFormat(pattern, values).getMessage();
    }

    private static boolean endsWord(String pattern, int at) {
        return at == pattern.length() || pattern.charAt(at) == ' ';
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"");
    }

    /** Appends {@code text}, with its control characters as Java writes them. */
    private static void append(StringBuilder to, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\n' -> to.append("\\n");
                case '\r' -> to.append("\\r");
                case '\t' -> to.append("\\t");
                default -> {
                    if (isControl(c)) {
                        to.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                    } else {
                        to.append(c);
                    }
                }
            }
        }
    }

    private static boolean isControl(char c) {
        return Character.isISOControl(c)
                || Character.getType(c) == Character.LINE_SEPARATOR
                || Character.getType(c) == Character.PARAGRAPH_SEPARATOR;
    }

    /** The level, in PgBouncer's words. */
    static String level(ILoggingEvent event) {
        if (isFatal(event)) {
            return "FATAL";
        }
        return switch (event.getLevel().levelInt) {
            case Level.ERROR_INT -> "ERROR";
            case Level.WARN_INT -> "WARNING";
            case Level.INFO_INT -> "LOG";
            case Level.DEBUG_INT -> "DEBUG";
            default -> "NOISE";
        };
    }

    static boolean isFatal(ILoggingEvent event) {
        return event.getMarkerList() != null && event.getMarkerList().contains(FATAL);
    }
}
