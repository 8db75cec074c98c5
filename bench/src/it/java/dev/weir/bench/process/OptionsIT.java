package dev.weir.bench.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The options that the launcher gives to the JVM, by WEIR_PROFILE. */
final class OptionsIT {
    private static String options(@Nullable String profile)
            throws IOException, InterruptedException {
        var builder =
                new ProcessBuilder(
                        "bash",
                        "-euc",
                        ". \"$0\"; printf '%s ' \"${options[@]}\"",
                        Path.of("../src/dist/options").toAbsolutePath().toString());
        builder.environment().remove("WEIR_PROFILE");
        if (profile != null) {
            builder.environment().put("WEIR_PROFILE", profile);
        }
        Process process = builder.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return said + "exit " + process.waitFor();
    }

    @Test
    void aServerTakesAPartOfTheMemoryThereIs() throws IOException, InterruptedException {
        assertThat(options(null))
                .contains("-XX:MaxRAMPercentage=25", "-Xms32m", "exit 0")
                .doesNotContain("-Xmx512m", "MaxDirectMemorySize", "ActiveProcessorCount");
        assertThat(options("server")).isEqualTo(options(null));
    }

    @Test
    void aSidecarIsSmall() throws IOException, InterruptedException {
        assertThat(options("sidecar"))
                .contains("-Xmx40m", "-XX:MaxDirectMemorySize=24m", "exit 0")
                .contains("-XX:ActiveProcessorCount=1", "-XX:TieredStopAtLevel=1")
                .doesNotContain("-Xms32m", "-Xmx16g");
    }

    @Test
    void anotherProfileIsAnError() throws IOException, InterruptedException {
        assertThat(options("tiny"))
                .isEqualTo("weir: WEIR_PROFILE: \"tiny\" (expected: server, sidecar)\nexit 1");
    }
}
