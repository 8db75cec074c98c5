package dev.weir.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;

/**
 * A line in PgBouncer's form: {@code YYYY-MM-DD HH:MM:SS.mmm TZ [pid] LEVEL text}. Scripts match
 * its level and its text.
 */
public final class LogLine {
    /** Marks an error that ends the process. */
    public static final Marker FATAL = MarkerFactory.getMarker("FATAL");

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS zzz", Locale.ROOT)
                    .withZone(ZoneId.systemDefault());

    private static final String PROCESS = " [" + ProcessHandle.current().pid() + "] ";

    private LogLine() {}

    /** The whole line, including its end; a stack trace follows on lines of its own. */
    static String of(ILoggingEvent event) {
        return TIME.format(event.getInstant()) + PROCESS + level(event) + ' ' + text(event) + '\n';
    }

    static String text(ILoggingEvent event) {
        IThrowableProxy cause = event.getThrowableProxy();
        String text = event.getFormattedMessage();
        return cause == null
                ? text
                : text + '\n' + ThrowableProxyUtil.asString(cause).stripTrailing();
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
