package dev.weir.support;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;

/** Every ERROR line of this JVM since the watch began, leaks of buffers among them. */
final class LogWatch extends AppenderBase<ILoggingEvent> {
    private final List<String> errors = new ArrayList<>();
    private final List<String> allowed = new ArrayList<>();

    static LogWatch begin() {
        Thread.setDefaultUncaughtExceptionHandler(LogWatch::uncaught);
        var watch = new LogWatch();
        root().addAppender(watch);
        watch.start();
        return watch;
    }

    /** As Weir's own process does; who runs in a test has no such handler. */
    private static void uncaught(Thread thread, Throwable cause) {
        root().error("thread_failed thread={}", thread.getName(), cause);
    }

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (!event.getLevel().isGreaterOrEqual(Level.ERROR)) {
            return;
        }
        String line = event.getFormattedMessage();
        if (event.getThrowableProxy() != null) {
            line += "\n" + ThrowableProxyUtil.asString(event.getThrowableProxy());
        }
        synchronized (errors) {
            errors.add(line);
        }
    }

    /** Lines that contain {@code text} are part of the test. */
    void allow(String text) {
        synchronized (errors) {
            allowed.add(text);
        }
    }

    /** Returns what was logged and not allowed, and begins anew. */
    List<String> take() {
        synchronized (errors) {
            List<String> unexpected = new ArrayList<>();
            for (String line : errors) {
                if (allowed.stream().noneMatch(line::contains)) {
                    unexpected.add(line);
                }
            }
            errors.clear();
            allowed.clear();
            return unexpected;
        }
    }

    void end() {
        root().detachAppender(this);
        stop();
    }
}
