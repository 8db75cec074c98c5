package dev.weir.bench.failover;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** The ERROR lines that are logged while it is open, but for those of commits that are lost. */
final class LoggedErrors extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private final List<String> lines = new CopyOnWriteArrayList<>();

    LoggedErrors() {
        setContext(root().getLoggerContext());
        start();
        root().addAppender(this);
    }

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    @Override
    protected void append(ILoggingEvent event) {
        boolean isOfLoss = event.getMessage().startsWith("commits_lost ");
        if (event.getLevel().isGreaterOrEqual(Level.ERROR) && !isOfLoss) {
            var cause = event.getThrowableProxy();
            lines.add(
                    event.getFormattedMessage()
                            + (cause == null ? "" : "\n" + ThrowableProxyUtil.asString(cause)));
        }
    }

    List<String> lines() {
        return lines;
    }

    @Override
    public void close() {
        root().detachAppender(this);
        stop();
    }
}
