package dev.weir.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigSourceTest {
    @TempDir Path directory;

    /** As the reader of the configuration finds them: comments and other names are none. */
    @Test
    void itsFilesAreThoseThatTheReaderReads() throws IOException {
        Path missing = directory.resolve("missing.ini");
        Path inner = write("inner.ini", " %include " + missing + " \n");
        Path first =
                write(
                        "weir.ini",
                        "; %include comment.ini\n%includes = 1\n[weir] %include\t" + inner + "\n");

        assertThat(new ConfigSource(first, Overlay.NONE).files())
                .containsExactly(first, inner, missing);
    }

    @Test
    void aFileThatIncludesItselfIsOne() throws IOException {
        Path file = directory.resolve("weir.ini");
        write("weir.ini", "%include " + file);

        assertThat(new ConfigSource(file, Overlay.NONE).files()).containsExactly(file);
        assertThat(new ConfigSource(null, Overlay.NONE).files()).isEmpty();
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }
}
