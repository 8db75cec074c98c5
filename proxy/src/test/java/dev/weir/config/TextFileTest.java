package dev.weir.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.list;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read, and what would never end. */
@NullMarked
@Timeout(20)
final class TextFileTest {
    @TempDir private Path folder;

    @Test
    void readsAFileThroughALink() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "J\u00fcrg\n");
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        assertThat(TextFile.read(link)).isEqualTo("J\u00fcrg\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/dev/zero", "/dev/null", "/", "pipe"})
    void refusesWhatIsNoRegularFile(String name) throws IOException, InterruptedException {
        Path file = folder.resolve(name);
        if (name.equals("pipe")) {
            assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();
        }
        assertThatThrownBy(() -> TextFile.read(file))
                .isInstanceOf(IOException.class)
                .hasMessage("cannot read \"" + file + "\": not a regular file");
    }

    @Test
    void refusesAFileThatIsTooLong() throws IOException {
        Path file = folder.resolve("long");
        try (var sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(TextFile.bytesMax() + 1L);
        }
        assertThatThrownBy(() -> TextFile.read(file))
                .hasMessage(
                        "cannot read \""
                                + file
                                + "\": too long (expected: at most "
                                + TextFile.bytesMax()
                                + " bytes)");
    }

    /** What is made of a file takes far more than the file, and an OutOfMemoryError is the end. */
    @Test
    void readsNoMoreThanTheHeapCanHold() {
        assertThat(TextFile.bytesMax() * 16L).isLessThanOrEqualTo(Runtime.getRuntime().maxMemory());
    }

    /** Ten lines, ten levels: ten billion files. */
    @Test
    void readsNotForEverWhatIncludesItself() throws IOException {
        Path file = folder.resolve("self.ini");
        Files.writeString(file, ("%include " + file + "\n").repeat(10));
        assertThatThrownBy(() -> Config.load(file))
                .asInstanceOf(type(ConfigException.class))
                .extracting(ConfigException::problems, list(Problem.class))
                .extracting(Problem::text)
                .filteredOn(text -> text.contains("%include"))
                .singleElement()
                .asString()
                .contains("nested deeper than 10");
    }

    @Test
    void refusesWhatIsNotUtf8() throws IOException {
        Path file = Files.write(folder.resolve("latin"), new byte[] {(byte) 0xfc});
        assertThatThrownBy(() -> TextFile.read(file))
                .hasMessage("cannot read \"" + file + "\": not UTF-8 text");
    }
}
