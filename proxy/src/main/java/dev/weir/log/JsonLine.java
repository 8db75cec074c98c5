package dev.weir.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.helpers.MessageFormatter;

/**
 * A line of the log as a JSON object. What is {@code key=value} in other formats becomes a member
 * of its own, and so does each part of a connection's name.
 */
final class JsonLine {
    /** A connection's name, as made by {@link ConnectionName}, in front of the rest of the text. */
    private static final Pattern CONNECTION =
            Pattern.compile(
                    "^([CS])-(0x[bc][0-9a-f]{11}):"
                            + " (.*)/([^/]*)@((?:\\[[0-9a-fA-F:.%a-z]+]|[^\\[\\]:]*)(?::\\d+)?)$",
                    Pattern.DOTALL);

    /** The word with which a line of the form {@code event key=value} begins. */
    private static final Pattern EVENT = Pattern.compile("^(?:\\{} )?([a-z]+(?:_[a-z]+)+)(?: |$)");

    /** A key and its value, which may contain placeholders. */
    private static final Pattern PAIR =
            Pattern.compile("(?<![\\w.])([a-z][a-z_0-9]*)=(?:\"([^\"]*)\"|([^\\s,()\"]+))");

    private static final String BLANK = "{}";

    private JsonLine() {}

    /** The whole line, including its end. */
    static String of(ILoggingEvent event) {
        Json line =
                Json.object()
                        .put("time", event.getInstant().toString())
                        .put("level", level(event))
                        .put("pid", ProcessHandle.current().pid());
        String pattern = String.valueOf(event.getMessage());
        @Nullable Object[] arguments = event.getArgumentArray();
        Set<String> named = new HashSet<>(Set.of("time", "level", "pid", "message", "stack"));
        String text = String.valueOf(event.getFormattedMessage());
        String name = pattern.startsWith(BLANK + ' ') ? first(arguments) : null;
        Matcher connection = CONNECTION.matcher(name == null ? "" : name);
        if (name != null && connection.matches()) {
            text = text.substring(Math.min(text.length(), name.length() + 1));
            boolean isClient = connection.group(1).equals("C");
            put(line, named, isClient ? "client" : "server", connection.group(2));
            put(line, named, "database", connection.group(3));
            put(line, named, "user", connection.group(4));
            put(line, named, "address", connection.group(5));
        }
        Matcher word = EVENT.matcher(pattern);
        if (word.find()) {
            put(line, named, "event", word.group(1));
        }
        pairs(line, named, pattern, arguments);
        line.put("message", text);
        IThrowableProxy cause = event.getThrowableProxy();
        if (cause != null) {
            line.put("stack", ThrowableProxyUtil.asString(cause).strip());
        }
        return line + "\n";
    }

    private static @Nullable String first(@Nullable Object @Nullable [] arguments) {
        return arguments == null || arguments.length == 0 ? null : String.valueOf(arguments[0]);
    }

    private static void pairs(
            Json line, Set<String> named, String pattern, @Nullable Object @Nullable [] arguments) {
        Matcher pair = PAIR.matcher(pattern);
        while (pair.find()) {
            boolean isQuoted = pair.group(2) != null;
            String value = isQuoted ? pair.group(2) : pair.group(3);
            int from = blanks(pattern, pair.start());
            if (value.equals(BLANK) && arguments != null && from < arguments.length) {
                put(line, named, pair.group(1), arguments[from]);
            } else {
                put(line, named, pair.group(1), filled(value, arguments, from));
            }
        }
    }

    /** The number of placeholders in front of this position. */
    private static int blanks(String pattern, int end) {
        int count = 0;
        for (int at = pattern.indexOf(BLANK);
                at >= 0 && at < end;
                at = pattern.indexOf(BLANK, at + BLANK.length())) {
            count++;
        }
        return count;
    }

    private static String filled(String value, @Nullable Object @Nullable [] arguments, int from) {
        if (arguments == null || from >= arguments.length) {
            return value;
        }
        Object[] rest = new Object[arguments.length - from];
        System.arraycopy(arguments, from, rest, 0, rest.length);
        return String.valueOf(MessageFormatter.arrayFormat(value, rest).getMessage());
    }

    /** Adds a member, once. */
    private static void put(Json line, Set<String> named, String key, @Nullable Object value) {
        if (!named.add(key)) {
            return;
        }
        switch (value) {
            case Integer number -> line.put(key, number);
            case Long number -> line.put(key, number);
            case Boolean truth -> line.put(key, truth);
            case null -> line.put(key, (String) null);
            default -> line.put(key, value.toString());
        }
    }

    /** The level, in the words that log collectors know. */
    private static String level(ILoggingEvent event) {
        if (LogLine.isFatal(event)) {
            return "fatal";
        }
        return switch (event.getLevel().levelInt) {
            case Level.ERROR_INT -> "error";
            case Level.WARN_INT -> "warning";
            case Level.INFO_INT -> "info";
            case Level.DEBUG_INT -> "debug";
            default -> "trace";
        };
    }
}
