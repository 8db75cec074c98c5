package dev.weir.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Holds the stored transcripts against what PostgreSQL says today.
 *
 * <p>With {@code -Dweir.transcripts=record} it writes them instead.
 */
final class TranscriptIT {
    private static final Path FOLDER = Path.of("src/test/resources/transcripts");

    private static final boolean RECORD =
            Objects.equals(System.getProperty("weir.transcripts"), "record");

    @ParameterizedTest
    @EnumSource(PgVersion.class)
    void theServerStillSaysTheSame(PgVersion version) throws IOException {
        assumeTrue(version.available() && (!RECORD || version == PgVersion.V18));
        try (PgCluster cluster = PgCluster.builder().version(version).start();
                TranscriptRecorder recorder = new TranscriptRecorder(cluster.primary())) {
            for (Transcript transcript : Transcript.readAll(FOLDER)) {
                if (!transcript.isOf(version.major())) {
                    continue;
                }
                List<String> lines = recorder.record(transcript);
                if (RECORD) {
                    Files.write(FOLDER.resolve(transcript.name() + ".txt"), lines);
                    continue;
                }
                assertThat(lines)
                        .as("%s with PostgreSQL %s", transcript.name(), version.major())
                        .isEqualTo(transcript.lines());
            }
        }
    }
}
