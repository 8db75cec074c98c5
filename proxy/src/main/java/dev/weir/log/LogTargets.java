package dev.weir.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.LogFormat;
import dev.weir.config.Problem;
import dev.weir.config.Reloadable;
import dev.weir.config.Settings;
import dev.weir.config.TextFile;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The destinations of the log: standard error, {@code logfile}, {@code syslog}. A RELOAD reopens
 * the file, so that one that was renamed is released. Nothing is buffered: a line has been written
 * when {@code log} returns.
 */
public final class LogTargets extends AppenderBase<ILoggingEvent> implements Reloadable {
    private static final org.slf4j.Logger log = LoggerFactory.getLogger(LogTargets.class);

    private final int verbosity;
    private final @Nullable Level forced;
    private volatile @Nullable OutputStream console;
    private final LogFormat unset;
    private volatile LogFormat format;
    private Opened now = new Opened(null, null);

    /** The open destinations that a configuration asks for. */
    private record Opened(@Nullable OutputStream file, @Nullable Syslog syslog) {
        void close() {
            if (syslog != null) {
                syslog.close();
            }
            if (file != null) {
                try {
                    file.close();
                } catch (IOException _) {
                    // Nothing was buffered.
                }
            }
        }
    }

    LogTargets(boolean quiet, int verbosity, @Nullable String forced, LogFormat format) {
        this.console = quiet ? null : new FileOutputStream(FileDescriptor.err);
        this.verbosity = verbosity;
        this.unset = format;
        this.format = format;
        this.forced = forced == null ? null : Level.toLevel(forced, Level.INFO);
    }

    /**
     * Takes over the log of this process, unless the operator has configured logback. Until {@link
     * #prepare} has been given a configuration, lines go to standard error.
     *
     * @param quiet whether to write nothing to standard error
     * @param verbosity how often {@code -v} was given
     * @param environment WEIR_LOG_LEVEL forces a level; WEIR_LOG_FORMAT holds until a configuration
     *     says something else
     */
    public static LogTargets begin(boolean quiet, int verbosity, Map<String, String> environment) {
        boolean isJson = "json".equalsIgnoreCase(environment.get("WEIR_LOG_FORMAT"));
        var targets =
                new LogTargets(
                        quiet,
                        verbosity,
                        environment.get("WEIR_LOG_LEVEL"),
                        isJson ? LogFormat.JSON : LogFormat.TEXT);
        if (System.getProperty(LogDefaults.OWN_CONFIGURATION) == null) {
            Logger root = root();
            root.detachAndStopAllAppenders();
            targets.setContext(root.getLoggerContext());
            targets.start();
            root.addAppender(targets);
            root.setLevel(targets.level(verbosity));
        }
        return targets;
    }

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    private Level level(int verbose) {
        if (forced != null) {
            return forced;
        }
        return switch (verbose) {
            case 0 -> Level.INFO;
            case 1 -> Level.DEBUG;
            default -> Level.TRACE;
        };
    }

    /** Stops writing to standard error: a daemon has no terminal. */
    public void leaveConsole() {
        console = null;
    }

    @Override
    public Runnable prepare(Config next) throws ConfigException {
        if (!isStarted()) {
            return () -> {};
        }
        try {
            open(next).close(); // a RELOAD that fails elsewhere must not leave anything open
        } catch (IOException | IllegalArgumentException e) {
            Problem problem =
                    new Problem(next.file().toString(), 0, String.valueOf(e.getMessage()));
            throw new ConfigException(List.of(problem));
        }
        return () -> {
            root().setLevel(
                            level(
                                    next.isSet(Settings.VERBOSE)
                                            ? next.get(Settings.VERBOSE)
                                            : verbosity));
            format = next.isSet(Settings.LOG_FORMAT) ? next.get(Settings.LOG_FORMAT) : unset;
            try {
                become(open(next));
            } catch (IOException e) {
                log.warn("log_not_reopened error=\"{}\"", e.getMessage());
            }
        };
    }

    /** Runs under the appender's own lock, so that no line is written to a closed file. */
    private synchronized void become(Opened next) {
        Opened before = now;
        now = next;
        before.close();
    }

    private static Opened open(Config config) throws IOException {
        Syslog syslog =
                config.get(Settings.SYSLOG)
                        ? new Syslog(
                                Syslog.SOCKET,
                                config.get(Settings.SYSLOG_FACILITY),
                                config.get(Settings.SYSLOG_IDENT))
                        : null;
        String name = config.get(Settings.LOGFILE);
        try {
            return new Opened(name.isEmpty() ? null : openFile(name), syslog);
        } catch (IOException e) {
            new Opened(null, syslog).close();
            throw e;
        }
    }

    private static OutputStream openFile(String name) throws IOException {
        try {
            return Files.newOutputStream(
                    Path.of(name), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new IOException(
                    "logfile: cannot open \"" + name + "\": " + TextFile.reason(e), e);
        }
    }

    @Override
    protected void append(ILoggingEvent event) {
        String text = format == LogFormat.JSON ? JsonLine.of(event) : LogLine.of(event);
        byte[] line = text.getBytes(StandardCharsets.UTF_8);
        write(console, line);
        write(now.file, line);
        Syslog syslog = now.syslog;
        if (syslog != null) {
            syslog.write(event);
        }
    }

    private static void write(@Nullable OutputStream out, byte[] line) {
        if (out != null) {
            try {
                out.write(line);
            } catch (IOException _) {
                // A full disk must not stop the pooler, and there is nowhere to report it.
            }
        }
    }
}
