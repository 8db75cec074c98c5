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

    @Test
    void readsBlocksOnOneLine() throws IOException, ImportException {
        Draft draft =
                read(
                        "odyssey.conf",
                        """
                        storage "main" { host "[127.0.0.1]:5432,[::1]:5433" port 6000 }
                        storage "local" { type "local" }
                        database "shop" { user "shop" { storage "main" authentication "none" } }
                        database "console" { user boss { authentication "none" storage "local" } }
                        """);
        assertThat(draft.ini("users"))
                .contains("shop = nodes='127.0.0.1:5432,[::1]:5433' monitor_user=shop\n")
                .contains("admin_users = boss\n")
                .doesNotContain("console");
        assertThatThrownBy(() -> read("odyssey.conf", "storage main { host pg1 port }\n"))
                .hasMessageEndingWith(":1: \"port\" has no value (expected: key value)");
    }

    /** The values of these settings differ between Pgpool-II and Weir in unit or form. */
    @Test
    void readsHowPgpoolWatchesItsReplicas() throws IOException, ImportException {
        String servers =
                "backend_hostname0 = 'pg1'\nbackend_hostname1 = 'pg2'\nload_balance_mode = on\n";
        Draft draft =
                read(
                        "pgpool.conf",
                        servers
                                + "sr_check_user = 'watcher'\nsr_check_password = 'TEXTsecret'\n"
                                + "delay_threshold_by_time = 1500\nbackend_weight1 = 0.5\n"
                                + "health_check_period = 5\nchild_life_time = 5min\n");
        assertThat(draft.ini("users"))
                .contains("* = host=pg1 port=5432")
                .contains(";NAME = nodes=pg1:5432,pg2:5432 route=auto\n")
                .contains("monitor_user = watcher\n")
                .contains("max_replica_lag = 1500ms\n");
        assertThat(draft.usersFile()).contains("\"watcher\" \"secret\"");
        assertThat(draft.notes())
                .contains("backend_weight1: is 0.5 (expected: a weight of 1..1000)")
                .contains("health_check_period: has no counterpart")
                .contains("child_life_time: has no counterpart");
    }

    private Draft read(String name, String text) throws IOException, ImportException {
        return Import.read(Files.writeString(directory.resolve(name), text), null);
    }
}
