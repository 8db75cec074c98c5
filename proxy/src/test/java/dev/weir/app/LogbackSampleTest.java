package dev.weir.app;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.joran.spi.JoranException;
import ch.qos.logback.core.status.Status;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loads conf/logback.xml as logback would. */
@NullMarked
final class LogbackSampleTest {
    private static final Path SAMPLE = Path.of("..", "conf", "logback.xml");

    @Test
    void loadsWithoutAWarningAndLogsToItsFile(@TempDir Path directory) throws JoranException {
        Path file = directory.resolve("weir.log");
        var context = new LoggerContext();
        context.putProperty("WEIR_LOG_FILE", file.toString());
        context.setMDCAdapter(new LogbackMDCAdapter());
        var configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(SAMPLE.toFile());
        context.getLogger("dev.weir.app.Weir").info("weir_started port=6432\nforged\u2028");
        context.stop();
        List<Status> complaints =
                context.getStatusManager().getCopyOfStatusList().stream()
                        .filter(status -> status.getEffectiveLevel() >= Status.WARN)
                        .toList();
        assertThat(complaints).isEmpty();
        assertThat(file).content().endsWith("INFO  Weir: weir_started port=6432?forged?\n");
    }
}
