package dev.weir.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.Config;
import dev.weir.protocol.auth.ScramSecret;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullMarked
final class SecretsCheckTest {
    private static final String SCRAM = ScramSecret.derive("moon", new byte[] {1}, 1).format();

    @TempDir private Path directory;

    @Test
    void saysWhatMayKeepWeirFromLoggingIn() throws Exception {
        Path list =
                Files.writeString(
                        directory.resolve("users"),
                        "\"plain\" \"sun\"\n\"scram\" \"" + SCRAM + "\"\n\"asker\" \"x\"\n");
        Path missing = directory.resolve("missing");
        Config config =
                Config.parse(
                        "weir.ini",
                        """
                        [databases]
                        a = host=a user=plain
                        b = host=a user=scram
                        c = host=a user=nobody
                        d = host=a user=nobody password=x
                        e = host=a auth_user=scram
                        f = host=a user=filed
                        [users]
                        filed = password_file=%s
                        [pgbouncer]
                        listen_addr = *
                        auth_user = asker
                        auth_file = %s
                        """
                                .formatted(missing, list));
        Users users = Users.load(config);
        String limits =
                "a SCRAM secret opens servers only once a client has logged in with its password,"
                        + " until this process ends, and only servers that keep the same salt and"
                        + " iterations (docs/credentials.md)";
        assertThat(SecretsCheck.warnings(config, users))
                .containsExactly(
                        "database \"b\": user \"scram\": in auth_file, " + limits,
                        "database \"c\": user \"nobody\": no password in password, password_file or"
                                + " auth_file, so the server must not ask for one",
                        "auth_user \"scram\": in auth_file, " + limits,
                        "no password, as password_file \"" + missing + "\" does not exist");
        assertThat(SecretsCheck.notes(users))
                .containsExactly("auth_file: 1 of its users: " + limits);
    }

    @Test
    void logsInAsAUserOfTheConsoleOnlyIfThereIsNoOther() throws Exception {
        assertThat(whoCanLogIn("\"admin\" \"x\"\n\"app\" \"y\"\n\"looker\" \"z\"\n"))
                .isEqualTo("app");
        assertThat(whoCanLogIn("\"looker\" \"z\"\n\"admin\" \"x\"\n\"app\" \"\"\n"))
                .isEqualTo("admin");
        assertThat(whoCanLogIn("")).isNull();
    }

    private @Nullable String whoCanLogIn(String users) throws Exception {
        Path list = Files.writeString(directory.resolve("list"), users);
        Config config =
                Config.parse(
                        "weir.ini",
                        "[pgbouncer]\nadmin_users = admin\nstats_users = looker\nauth_file = "
                                + list);
        return SecretsCheck.whoCanLogIn(Users.load(config));
    }
}
