package dev.weir.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that cannot go on says why, and ends with a status, so that another is started. */
@NullMarked
@Timeout(120)
final class DeadProcessIT {
    private static final int CANNOT_GO_ON = 3;

    @TempDir private Path directory;

    @Test
    void anErrorOnALoopEndsIt() throws IOException, InterruptedException {
        try (WeirJvm weir = WeirJvm.dying(directory, "error")) {
            assertThat(weir.awaitEnd()).isEqualTo(CANNOT_GO_ON);
            assertThat(weir.said())
                    .contains("FATAL cannot go on in thread weir-loop-")
                    .contains("java.lang.NoClassDefFoundError: dev/weir/Lost");
        }
    }

    @Test
    void aLoopThatHangsIsReportedAndThenEndsIt() throws IOException, InterruptedException {
        try (WeirJvm weir =
                WeirJvm.dying(directory, "hang", "loop_stall = 1", "loop_stall_exit = 3")) {
            assertThat(weir.awaitEnd()).isEqualTo(CANNOT_GO_ON);
            assertThat(weir.said())
                    .containsSubsequence(
                            "ERROR loop_stalled loop=weir-loop-",
                            "DyingProcess.hangHere",
                            "FATAL cannot go on in thread weir-watch",
                            "has not turned for 3 s (loop_stall_exit)",
                            "DyingProcess.hangHere");
        }
    }
}
