package dev.weir.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.check.Check;
import dev.weir.check.Result;
import dev.weir.migrate.Import.ImportException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Configurations of other poolers as somebody might run them, and beside each what becomes of it:
 * {@code NAME.golden}. {@code -Dgolden.update=true} writes what comes out now.
 */
@NullMarked
final class ImportTest {
    private static final Path FILES = Path.of("src/test/resources/migrate");

    @TempDir private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"odyssey.conf", "pgcat.toml", "pgdog/pgdog.toml", "pgpool.conf"})
    void saysItInWeirsWordsAndListsTheRest(String name) throws IOException, ImportException {
        Draft draft = Import.read(FILES.resolve(name), null);
        String all =
                draft.ini("userlist.txt")
                        + "--- userlist.txt\n"
                        + draft.usersFile()
                        + "--- notes\n"
                        + String.join("\n", draft.notes())
                        + "\n";
        Path golden = FILES.resolve(name.replaceFirst("\\.[a-z]+$", ".golden"));
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(golden, all);
        }
        assertThat(all).isEqualTo(Files.readString(golden));
    }

    @ParameterizedTest
    @ValueSource(strings = {"odyssey.conf", "pgcat.toml", "pgdog/pgdog.toml", "pgpool.conf"})
    void passesTheCheck(String name) throws IOException, ImportException, InterruptedException {
        Draft draft = Import.read(FILES.resolve(name), null);
        Path users = Files.writeString(directory.resolve("users"), draft.usersFile());
        String ini =
                draft.ini(users.toString())
                        .replaceAll("(?m)^(client_tls_.*_file) = .*\n", "")
                        .replaceAll("(?m)^client_tls_sslmode = .*\n", "");
        Path file = Files.writeString(directory.resolve("weir.ini"), ini);
        Result result = Check.run(file, false);
        assertThat(result.findings())
                .filteredOn(one -> one.level() == dev.weir.check.Finding.Level.ERROR)
                .isEmpty();
    }

    @Test
    void saysWhereAFileIsBroken() throws IOException {
        assertThatThrownBy(() -> read("odyssey.conf", "database default {\n  user default {\n"))
                .hasMessageEndingWith(":3: a block is not closed (expected: })");
        assertThatThrownBy(() -> read("pgcat.toml", "[general]\nport = \n"))
                .hasMessageContaining("pgcat.toml: ");
        assertThatThrownBy(() -> read("pgpool.conf", "port\n"))
                .hasMessageEndingWith("pgpool.conf:1: \"port\" (expected: key = value)");
        assertThatThrownBy(() -> read("my.conf", "x = 1\n"))
                .hasMessageContaining("not known as any configuration")
                .hasMessageContaining("--from");
    }

    private Draft read(String name, String text) throws IOException, ImportException {
        return Import.read(Files.writeString(directory.resolve(name), text), null);
    }
}
