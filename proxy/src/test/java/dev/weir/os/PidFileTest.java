package dev.weir.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullMarked
final class PidFileTest {
    @TempDir private Path directory;
    private Path file;

    PidFileTest() {
        file = Path.of("");
    }

    @BeforeEach
    void name() {
        file = directory.resolve("weir.pid");
    }

    @Test
    void holdsTheProcessWhileItRuns() throws IOException {
        try (PidFile _ = PidFile.write(file.toString())) {
            assertThat(file).hasContent(ProcessHandle.current().pid() + "\n");
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void removesOneThatIsStale() throws IOException {
        Files.writeString(file, "4194304\n"); // above the kernel's largest
        PidFile.check(file);
        assertThat(file).doesNotExist();
    }

    @Test
    void refusesThatOfALivingProcess() throws IOException {
        Files.writeString(file, "1\n");
        assertThatThrownBy(() -> PidFile.check(file))
                .hasMessageContaining("another instance running?");
    }

    @Test
    void refusesOneThatHoldsSomethingElse() throws IOException {
        Files.writeString(file, "important notes\n");
        assertThatThrownBy(() -> PidFile.check(file)).hasMessageContaining("holds no process id");
        assertThat(file).hasContent("important notes\n");
    }

    @Test
    void leavesThatOfASuccessorAlone() throws IOException {
        try (PidFile _ = PidFile.write(file.toString())) {
            Files.writeString(file, "1\n");
        }
        assertThat(file).hasContent("1\n");
    }
}
