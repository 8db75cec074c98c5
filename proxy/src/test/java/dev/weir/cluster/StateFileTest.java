package dev.weir.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import dev.weir.config.ServerAddress;
import dev.weir.support.LogLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is known of primaries outlives the process. */
@NullMarked
final class StateFileTest {
    private static final ServerAddress A = new ServerAddress("a", 5432);
    private static final ServerAddress B = new ServerAddress("::1", 5433);

    /** More than a signed number holds. */
    private static final KnownPrimary KNOWN = new KnownPrimary(-5, 3, B, List.of(A, B));

    @TempDir private @Nullable Path directory;
    private Path file = Path.of("");

    @BeforeEach
    void place() {
        file = Objects.requireNonNull(directory).resolve("weir.state");
    }

    @Test
    void isReadAsItWasWritten() {
        var none = new KnownPrimary(6, 2, null, List.of(A));
        try (var state = new StateFile(file)) {
            assertThat(state.get("app")).isNull();
            state.put("a database\twith\na tab", KNOWN);
            state.put("torn", none);
        }
        var again = new StateFile(file);
        assertThat(again.get("a database\twith\na tab")).isEqualTo(KNOWN);
        assertThat(again.get("torn")).isEqualTo(none);
    }

    @Test
    void isWrittenWithoutBeingClosedAndKeepsNothingThatIsForgotten() {
        var state = new StateFile(file);
        state.put("app", KNOWN);
        await().untilAsserted(() -> assertThat(new StateFile(file).get("app")).isEqualTo(KNOWN));
        state.put("app", null);
        await().untilAsserted(() -> assertThat(new StateFile(file).get("app")).isNull());
        assertThat(file.resolveSibling("weir.state.new")).doesNotExist();
    }

    @Test
    void linesThatMakeNoSenseAreNamedAndTheOthersHold() throws IOException {
        try (var state = new StateFile(file)) {
            state.put("app", KNOWN);
        }
        Files.writeString(
                file,
                Files.readString(file)
                        + "x\t1\t0\ta:1\ta:1\n"
                        + "x\t1\tmany\ta:1\ta:1\n"
                        + "x\t1\t1\ta:99999\ta:1\n"
                        + "x\n");
        try (LogLines lines = LogLines.beginAt(Level.WARN)) {
            var again = new StateFile(file);
            assertThat(again.get("app")).isEqualTo(KNOWN);
            assertThat(again.get("x")).isNull();
            assertThat(lines.all()).hasSize(4).allMatch(line -> line.contains("line="));
        }
    }

    @Test
    void aFileThatCannotBeWrittenIsNoReasonToStop() throws IOException {
        Path nowhere = file.resolve("missing");
        try (LogLines lines = LogLines.beginAt(Level.WARN);
                var state = new StateFile(nowhere)) {
            state.put("app", KNOWN);
            await().untilAsserted(() ->
                    assertThat(lines.all())
                            .anyMatch(line -> line.contains("state_file_not_written")));
            assertThat(state.get("app")).isEqualTo(KNOWN);
        }
    }
}
