package dev.weir.support;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** Every line that this JVM logs while it is open, stack traces included. */
public final class LogLines extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private final List<String> lines = new CopyOnWriteArrayList<>();

    private final Level before;

    private LogLines(Level before) {
        this.before = before;
    }

    public static LogLines begin() {
        return beginAt(root().getLevel());
    }

    /** The same, with lines down to {@code level}. */
    public static LogLines beginAt(Level level) {
        var lines = new LogLines(root().getLevel());
        lines.start();
        root().addAppender(lines);
        root().setLevel(level);
        return lines;
    }

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    @Override
    protected void append(ILoggingEvent event) {
        var cause = event.getThrowableProxy();
        lines.add(
                event.getFormattedMessage()
                        + (cause == null ? "" : "\n" + ThrowableProxyUtil.asString(cause)));
    }

    public List<String> all() {
        return lines;
    }

    @Override
    public void close() {
        root().setLevel(before);
        root().detachAppender(this);
        stop();
    }
}
