package dev.weir.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.weir.os.UnixDatagrams;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** The system's log, as {@code syslog(3)} writes to it. */
public final class Syslog {
    /** Where the daemon of this machine listens. */
    public static final String SOCKET = "/dev/log";

    private static final int INFORMATIONAL = 6;

    /** The facilities in the order of their numbers; unnamed ones cannot be chosen. */
    private static final List<String> FACILITIES =
            List.of(
                    "kern",
                    "user",
                    "mail",
                    "daemon",
                    "auth",
                    "syslog",
                    "lpr",
                    "news",
                    "uucp",
                    "cron",
                    "authpriv",
                    "ftp",
                    "",
                    "",
                    "",
                    "",
                    "local0",
                    "local1",
                    "local2",
                    "local3",
                    "local4",
                    "local5",
                    "local6",
                    "local7");

    /** RFC 3164: a single-digit day is preceded by a space. */
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("MMM ppd HH:mm:ss", Locale.ROOT)
                    .withZone(ZoneId.systemDefault());

    private final UnixDatagrams socket;
    private final int facility;
    private final String tag;

    /**
     * @param file where the daemon listens
     * @throws IllegalArgumentException if there is no such facility
     * @throws IOException if no socket can be created
     */
    public Syslog(String file, String facility, String ident) throws IOException {
        this.facility = number(facility);
        this.socket = new UnixDatagrams(file);
        this.tag = ident + '[' + ProcessHandle.current().pid() + "]: ";
    }

    private static int number(String facility) {
        int number = FACILITIES.indexOf(facility.toLowerCase(Locale.ROOT));
        if (number < 0 || facility.isEmpty()) {
            throw new IllegalArgumentException(
                    "syslog_facility: \""
                            + facility
                            + "\" (expected: auth, authpriv, daemon, user, local0 to local7)");
        }
        return number;
    }

    /** Writes a line; one that the daemon does not accept is lost, as with {@code syslog(3)}. */
    void write(ILoggingEvent event) {
        try {
            send(severity(event), event.getInstant(), LogLine.text(event));
        } catch (IOException _) {
            // There is nowhere to report it.
        }
    }

    /**
     * Writes a line for information.
     *
     * @throws IOException if the daemon does not accept it
     */
    public void write(Instant time, String text) throws IOException {
        send(INFORMATIONAL, time, text);
    }

    private void send(int severity, Instant time, String text) throws IOException {
        String line = "<" + (facility << 3 | severity) + '>' + TIME.format(time) + ' ' + tag + text;
        socket.send(line.getBytes(StandardCharsets.UTF_8));
    }

    public void close() {
        socket.close();
    }

    private static int severity(ILoggingEvent event) {
        if (LogLine.isFatal(event)) {
            return 2;
        }
        return switch (event.getLevel().levelInt) {
            case Level.ERROR_INT -> 3;
            case Level.WARN_INT -> 4;
            case Level.INFO_INT -> 6;
            default -> 7;
        };
    }
}
