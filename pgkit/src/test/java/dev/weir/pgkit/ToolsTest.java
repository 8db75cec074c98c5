package dev.weir.pgkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class ToolsTest {
    @Test
    void returnsWhatAProgramSaysAndItsExitCode() {
        Tools.Result result =
                Tools.run(Duration.ofSeconds(10), "sh", "-c", "echo out; echo err >&2; exit 3");
        assertThat(result).isEqualTo(new Tools.Result(3, "out\n", "err\n"));
        assertThatThrownBy(result::orThrow).hasMessageContaining("exit: 3");
    }

    @Test
    void killsAProgramThatTakesTooLong() {
        assertThatThrownBy(() -> Tools.run(Duration.ofMillis(50), "sh", "-c", "sleep 100"))
                .hasMessageContaining("still running after PT0.05S");
    }

    @Test
    void findsOnlyWhatIsThere() {
        assertThat(Tools.find("sh")).isPresent();
        assertThat(Tools.find("no-such-program")).isEmpty();
    }

    @Test
    void psqlTalksToACluster() {
        assumeTrue(Tools.find("psql").isPresent());
        try (PgCluster cluster = PgCluster.start()) {
            Path psql = Tools.find("psql").orElseThrow();
            Tools.Result result =
                    Tools.run(
                            Duration.ofSeconds(20),
                            psql.toString(),
                            "-XAtc",
                            "SELECT 1",
                            "-h",
                            cluster.socketDirectory().toString(),
                            "-p",
                            String.valueOf(cluster.primary().port()),
                            "-U",
                            "postgres");
            assertThat(result).isEqualTo(new Tools.Result(0, "1\n", ""));
        }
    }
}
