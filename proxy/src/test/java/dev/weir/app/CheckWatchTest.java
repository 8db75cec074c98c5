package dev.weir.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code weir check --watch}. */
@NullMarked
final class CheckWatchTest {
    @TempDir private Path directory;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(said, true, UTF_8);
    private final Caller caller = new Caller(out, out, Map.of(), List.of());
    private Thread watching = new Thread(() -> {});

    @AfterEach
    void stop() throws InterruptedException {
        watching.interrupt();
        watching.join();
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private void replace(String name, String text) throws IOException {
        Files.move(
                write(name + ".new", text),
                directory.resolve(name),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    private void watch(Path file) {
        watching =
                new Thread(() -> {
                    try {
                        new Main(caller)
                                .run(List.of("check", "--offline", "--watch", file.toString()));
                    } catch (InterruptedException _) {
                        // how it ends
                    }
                });
        watching.start();
    }

    /** Waits for another check, which says this. */
    private void expect(String text) {
        await().untilAsserted(() -> assertThat(said.toString(UTF_8)).contains(text));
        await().until(() -> said.toString(UTF_8).matches("(?s).*weir\\.ini: [^\\n]*\\n"));
        said.reset();
    }

    @Test
    void checksAgainWhateverFileChanges() throws IOException {
        Path users = write("users", "\"app\" \"secret\"\n");
        Path more = write("more.ini", "[databases]\napp = host=127.0.0.1\n");
        Path file =
                write(
                        "weir.ini",
                        """
                        %%include %s
                        [weir]
                        listen_addr = 127.0.0.1
                        auth_file = %s
                        """
                                .formatted(more, users));
        watch(file);
        expect("no mistakes found");

        replace("more.ini", "[databases]\napp = host=127.0.0.1 prot=5432\n");
        expect("(did you mean \"port\"?)");

        // A configuration that cannot be read still has its files.
        Files.writeString(more, "[databases]\napp = host=127.0.0.1\n");
        expect("no mistakes found");

        Files.writeString(users, "\"app\" \"secret\n");
        expect("users:1");

        Files.delete(users);
        expect("no such file");
    }

    /** Relative names, rules that include others, and secrets. */
    @Test
    void watchesAllThatTheConfigurationNames() throws IOException {
        write("users", "\"app\" \"secret\"\n");
        write("rules", "include more\nhost all @names 127.0.0.1/32 trust\n");
        write("more", "local all all trust\n");
        write("names", "app\n");
        write("maps", "map /x /y\n");
        write("secret", "1\n");
        Path file =
                write(
                        "weir.ini",
                        """
                        [databases]
                        app = host=127.0.0.1 user=app password_file=secret
                        [weir]
                        listen_addr = 127.0.0.1
                        auth_type = hba
                        auth_file = users
                        auth_hba_file = rules
                        auth_ident_file = maps
                        """);
        watch(file);
        expect("");
        for (String name : List.of("users", "rules", "more", "names", "maps", "secret")) {
            Path one = directory.resolve(name);
            Files.writeString(one, Files.readString(one) + "\n");
            expect("weir.ini: ");
        }
    }

    @Test
    void needsAFile() throws InterruptedException {
        assertThat(new Main(caller).run(List.of("check", "--watch"))).isEqualTo(Main.FAILED);
        assertThat(said.toString(UTF_8)).contains("--watch: there is no file to watch");
    }
}
