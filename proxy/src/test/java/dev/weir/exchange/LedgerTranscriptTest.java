package dev.weir.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Replays what PostgreSQL really said, and compares the ledger with the server's own view. */
final class LedgerTranscriptTest {
    static List<Transcript> transcripts() throws URISyntaxException {
        var folder = LedgerTranscriptTest.class.getResource("/transcripts");
        return Transcript.readAll(Path.of(Objects.requireNonNull(folder).toURI()));
    }

    @ParameterizedTest
    @MethodSource("transcripts")
    void agreesWithTheServer(Transcript transcript) {
        new Replay(transcript, null).run();
    }

    @ParameterizedTest
    @MethodSource("transcripts")
    void tellsAnObserverOfTheEndOfEachRequestOnce(Transcript transcript) {
        new Replay(transcript, new NotedEnds()).run();
    }

    @Test
    void hasTranscriptsOfEveryKind() throws URISyntaxException {
        assertThat(transcripts()).hasSizeGreaterThan(60);
        assertThat(transcripts())
                .allSatisfy(it -> assertThat(it.lines()).anyMatch(line -> line.startsWith("= ")));
    }
}
