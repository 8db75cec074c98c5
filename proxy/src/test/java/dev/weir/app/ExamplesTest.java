package dev.weir.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Examples;
import dev.weir.Examples.Block;
import dev.weir.check.Check;
import dev.weir.check.Finding;
import dev.weir.support.TestAuthority;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What README.md and the manual tell a reader to write into a file, or to type, works. */
@NullMarked
final class ExamplesTest {
    private static final Pattern FILE = Pattern.compile("(?m)^(\\w+_file|%include)[ =]+(\\S+)");
    private static final Pattern COMMAND =
            Pattern.compile("(?:\\$ )?(?:\\./|/opt/weir/bin/)?weir ((?:check|import|env) .*)");

    private static final Path MIGRATE = Path.of("src/test/resources/migrate");

    @TempDir private Path directory;
    private @Nullable TestAuthority authority;
    private TestAuthority.@Nullable Issued issued;

    static Stream<Block> files() {
        return Examples.blocks().stream().filter(block -> block.language().equals("ini"));
    }

    /** Nothing is wrong with the file, once the files that it names are there. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void eachFileCanBeLoaded(Block block) throws IOException, InterruptedException {
        Path file = write(block.text());
        assertThat(Check.run(file, false).findings())
                .filteredOn(finding -> finding.level() == Finding.Level.ERROR)
                .isEmpty();
    }

    @Test
    void thereAreFiles() {
        assertThat(files()).hasSizeGreaterThan(5);
    }

    private Path write(String text) throws IOException {
        String here = text.replaceAll("\\$\\{env:\\w+}", "made-up");
        Matcher named = FILE.matcher(here);
        List<String> paths = new ArrayList<>();
        while (named.find()) {
            paths.add(named.group(2));
            makeUp(named.group(1), at(named.group(2)));
        }
        for (String path : paths) {
            here = here.replace(path, at(path).toString());
        }
        return Files.writeString(directory.resolve("weir.ini"), here);
    }

    /** A file by the last part of its name, in the folder of the test. */
    private Path at(String path) {
        return directory.resolve(String.valueOf(Path.of(path).getFileName()));
    }

    private TestAuthority authority() {
        TestAuthority made = authority;
        if (made == null) {
            authority = made = TestAuthority.in(directory, "authority");
        }
        return made;
    }

    private TestAuthority.Issued issued() {
        TestAuthority.Issued made = issued;
        if (made == null) {
            issued = made = authority().server("made-up");
        }
        return made;
    }

    private void makeUp(String key, Path file) throws IOException {
        if (key.contains("tls")) {
            TestAuthority.Issued issued = issued();
            Path made =
                    key.contains("key")
                            ? issued.key()
                            : key.contains("_ca_") ? authority().file() : issued.certificate();
            Files.copy(made, file, StandardCopyOption.REPLACE_EXISTING);
        } else {
            Files.writeString(file, "\"weir_auth\" \"made-up\"\n\"admin\" \"made-up\"\n");
        }
    }

    static Stream<String> commands() {
        return Examples.blocks().stream()
                .filter(block -> !block.text().contains("[FILE]")) // the synopsis
                .flatMap(block -> block.text().lines())
                .map(line -> COMMAND.matcher(line.replaceFirst("\\s+#.*", "").strip()))
                .filter(Matcher::matches)
                .map(line -> line.group(1))
                .distinct();
    }

    /** What only reads is carried out, without asking servers that are not there. */
    @ParameterizedTest
    @MethodSource("commands")
    void eachCommandIsUnderstood(String command) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(Arrays.asList(command.split("\\s+")));
        if (words.getFirst().equals("check") && !words.contains("--offline")) {
            words.add(1, "--offline");
        }
        for (int i = 1; i < words.size(); i++) {
            if (words.get(i).contains(".")) {
                words.set(i, given(words.get(i - 1), words.get(i)).toString());
            }
        }
        var err = new ByteArrayOutputStream();
        var main =
                new Main(
                        new Caller(
                                new PrintStream(new ByteArrayOutputStream(), true, UTF_8),
                                new PrintStream(err, true, UTF_8),
                                Map.of(),
                                List.of()));
        assertThat(main.run(words)).as(err.toString(UTF_8)).isEqualTo(Main.OK);
    }

    @Test
    void thereAreCommands() {
        assertThat(commands()).hasSizeGreaterThan(5);
    }

    /** A file that the command names; one that it writes is not there. */
    private Path given(String before, String name) throws IOException {
        Path file = at(name);
        if (before.equals("-o")) {
            return file;
        }
        switch (String.valueOf(file.getFileName())) {
            case "odyssey.conf" -> Files.copy(MIGRATE.resolve("odyssey.conf"), file);
            case "pool.conf" -> Files.copy(MIGRATE.resolve("pgpool.conf"), file);
            case "pgdog.toml" -> {
                for (String part : List.of("pgdog.toml", "users.toml")) {
                    Files.copy(MIGRATE.resolve("pgdog").resolve(part), at(part));
                }
            }
            default ->
                    Files.writeString(
                            file, "[databases]\napp = host=127.0.0.1\n[weir]\nlisten_addr = ::1\n");
        }
        return file;
    }
}
