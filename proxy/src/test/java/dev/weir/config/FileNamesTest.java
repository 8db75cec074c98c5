package dev.weir.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What relative names of files mean. The working directory of the tests has a pom.xml. */
@NullMarked
final class FileNamesTest {
    private static final String ELSEWHERE = "pom.xml";

    @TempDir private Path directory;

    private Config config(String section, String lines) throws ConfigException {
        return Config.parse(
                directory.resolve("weir.ini").toString(), "[" + section + "]\n" + lines);
    }

    private static List<Setting<?>> named(Type<String> type) {
        return Settings.ALL.stream().filter(one -> one.type().equals(type)).toList();
    }

    private String written(Setting<?> setting, String section, String name) throws ConfigException {
        return config(section, setting.name() + " = " + name).text(setting);
    }

    @Test
    void beginBesideTheFileThatNamesThem() throws ConfigException {
        String there = directory.resolve("x").toString();
        for (String section : List.of("weir", "pgbouncer")) {
            for (Setting<?> setting : named(Type.FILE)) {
                assertThat(written(setting, section, "x")).as(setting.name()).isEqualTo(there);
                assertThat(written(setting, section, "/etc/x")).isEqualTo("/etc/x");
                assertThat(written(setting, section, "")).isEmpty();
            }
        }
    }

    @Test
    void areInTheWorkingDirectoryIfTheyAreNotThere() throws ConfigException, IOException {
        assertThat(written(Settings.AUTH_FILE, "weir", ELSEWHERE)).isEqualTo(ELSEWHERE);
        Files.createFile(directory.resolve(ELSEWHERE));
        assertThat(written(Settings.AUTH_FILE, "weir", ELSEWHERE))
                .isEqualTo(directory.resolve(ELSEWHERE).toString());
    }

    @Test
    void areWhereTheProgramIsIfItWritesThemAsPgBouncerDoes() throws ConfigException {
        for (Setting<?> setting : named(Type.WRITTEN_FILE)) {
            assertThat(written(setting, "pgbouncer", "x")).as(setting.name()).isEqualTo("x");
            assertThat(written(setting, "weir", "x"))
                    .as(setting.name())
                    .isEqualTo(directory.resolve("x").toString());
        }
    }

    @Test
    void beginBesideTheFileThatIncludes() throws IOException, ConfigException {
        Path folder = Files.createDirectory(directory.resolve("more"));
        Files.writeString(folder.resolve("a.ini"), "%include b.ini\nauth_file = users\n");
        Files.writeString(folder.resolve("b.ini"), "auth_hba_file = rules\n");
        Config config = config("weir", "%include more/a.ini\nauth_ident_file = maps");
        assertThat(config.namedFiles())
                .containsExactlyInAnyOrder(
                        folder.resolve("users"),
                        folder.resolve("rules"),
                        directory.resolve("maps"));
    }

    @Test
    void areThoseOfEntriesToo() throws ConfigException {
        Config config =
                config(
                        "weir",
                        "[databases]\na = host=h password_file=x\n[users]\nu = password_file=y");
        assertThat(config.namedFiles())
                .containsExactlyInAnyOrder(directory.resolve("x"), directory.resolve("y"));
    }
}
