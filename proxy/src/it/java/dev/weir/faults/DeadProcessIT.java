package dev.weir.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
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

    /** A start that takes for ever, here since nobody reads the log, can be ended. */
    @Test
    void termEndsAStartThatHangs() throws IOException, InterruptedException {
        Path log = directory.resolve("weir.log");
        assertThat(new ProcessBuilder("mkfifo", log.toString()).start().waitFor()).isZero();
        try (WeirJvm weir = WeirJvm.starting(directory, "logfile = " + log)) {
            await().until(() -> listens(weir.pid()));
            assertThat(new ProcessBuilder("kill", "-TERM", "" + weir.pid()).start().waitFor())
                    .isZero();
            assertThat(weir.awaitEnd()).isZero();
            assertThat(weir.said()).contains("got SIGTERM before it was up, exiting");
        }
    }

    /**
     * Whether it has asked for USR1, the last of its signals but one; the JVM itself never does.
     */
    private static boolean listens(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith("SigCgt:"))
                .anyMatch(line ->
                        (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 1L << 9) != 0);
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
