package dev.weir.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Named.named;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What {@code weir check} says of files as people write them: {@code NN-name.ini}, and beside it
 * {@code NN-name.golden}. In a file {@code @/} stands for its folder. {@code -Dgolden.update=true}
 * writes what is said now.
 */
@NullMarked
final class CheckGoldenTest {
    private static final Path FILES = Path.of("src/test/resources/check");

    @TempDir private Path directory;

    static Stream<Arguments> files() throws IOException {
        List<Path> all;
        try (Stream<Path> listed = Files.list(FILES)) {
            all = listed.filter(file -> file.toString().endsWith(".ini")).sorted().toList();
        }
        assertThat(all.size()).isGreaterThanOrEqualTo(40);
        return all.stream()
                .map(file -> Arguments.of(named(String.valueOf(file.getFileName()), file)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void saysWhatAPersonNeeds(Path file) throws IOException, InterruptedException {
        try (Stream<Path> all = Files.list(FILES)) {
            for (Path one : all.filter(each -> !each.toString().endsWith(".golden")).toList()) {
                copy(one);
            }
        }
        Path copy = directory.resolve(file.getFileName());
        Result result = Check.run(copy, false);
        String said =
                Stream.concat(
                                result.findings().stream().map(Finding::toString),
                                Stream.of(result.summary()))
                        .map(line -> line.replace(directory + "/", ""))
                        .collect(Collectors.joining("\n", "", "\n"));
        Path golden = FILES.resolve(String.valueOf(file.getFileName()).replace(".ini", ".golden"));
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(golden, said);
        }
        assertThat(said).isEqualTo(Files.readString(golden));
        assertThat(said).doesNotContain("secret1", "correct", "horse");
    }

    /** Nobody else can read it: that is another test's business. */
    private void copy(Path file) throws IOException {
        Path to = directory.resolve(file.getFileName());
        Files.createFile(
                to,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(to, Files.readString(file).replace("@/", directory + "/"));
    }
}
