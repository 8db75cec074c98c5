package dev.weir.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import dev.weir.pgkit.WireClient;
import dev.weir.support.LogLines;
import dev.weir.support.SharedPostgres;
import dev.weir.support.WeirFile;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The line of statistics in the log, each stats_period, as long as log_stats is on. */
final class StatsLogIT {
    private static final String PERIOD = "stats_period = 0.1";

    @TempDir private Path directory;

    private static String entry() {
        return "app = host=127.0.0.1 port=%d dbname=postgres"
                .formatted(SharedPostgres.node().port());
    }

    private static long count(LogLines lines) {
        return lines.all().stream().filter(line -> line.startsWith("stats: ")).count();
    }

    @Test
    void isWrittenUntilItIsSwitchedOff() {
        try (WeirFile weir = WeirFile.start(directory, entry(), PERIOD);
                LogLines lines = LogLines.beginAt(Level.INFO);
                WireClient console = weir.console()) {
            await().until(() -> count(lines) > 2);
            weir.write(entry(), PERIOD, "log_stats = 0");
            assertThat(console.query("RELOAD").getFirst().summary()).isEqualTo("C RELOAD");
            long last = count(lines) + 1; // one that was on its way
            await().during(Duration.ofMillis(500))
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> count(lines) <= last);
        }
    }
}
