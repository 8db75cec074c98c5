package dev.weir.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Configures logback where nobody else has: lines to standard error, at the level WEIR_LOG_LEVEL.
 * By code, since reading XML takes 400 classes, which are 4 MB. Found by logback as a service.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_TOP_PRIORITY)
public final class LogDefaults extends ContextAwareBase implements Configurator {
    /** Names a configuration of the operator's own. */
    static final String OWN_CONFIGURATION = "logback.configurationFile";

    /** Files by which logback is configured if they are on the class path. */
    private static final List<String> FILES = List.of("logback-test.xml", "logback.xml");

    /** What these warn of is usual in a container: a machine without network interfaces. */
    private static final List<String> TALKATIVE =
            List.of(
                    "io.netty.channel.DefaultChannelId",
                    "io.netty.util.NetUtil",
                    "io.netty.util.NetUtilInitializations",
                    "io.netty.util.internal.MacAddressUtil");

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        if (System.getProperty(OWN_CONFIGURATION) != null
                || FILES.stream().anyMatch(name -> ClassLoader.getSystemResource(name) != null)) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        setLevels(context);
        var appender = new StandardError();
        appender.setContext(context);
        appender.start();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.addAppender(appender);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    static void setLevels(LoggerContext context) {
        context.getLogger("io.netty").setLevel(Level.WARN);
        TALKATIVE.forEach(name -> context.getLogger(name).setLevel(Level.ERROR));
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)
                .setLevel(Level.toLevel(level(), Level.INFO));
    }

    /** A property of the name, as the demo sets it, comes before the variable. */
    private static @Nullable String level() {
        String own = System.getProperty("WEIR_LOG_LEVEL");
        return own != null ? own : System.getenv("WEIR_LOG_LEVEL");
    }

    /** For commands; a server has {@link LogTargets}. */
    private static final class StandardError extends AppenderBase<ILoggingEvent> {
        private final OutputStream out = new FileOutputStream(FileDescriptor.err);

        @Override
        protected void append(ILoggingEvent event) {
            try {
                out.write(LogLine.of(event).getBytes(StandardCharsets.UTF_8));
            } catch (IOException _) {
                // There is nowhere to report it.
            }
        }
    }
}
