package dev.weir.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.auth.Users;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What works, and may be regretted. */
@NullMarked
final class RisksTest {
    @TempDir private Path directory;

    private List<String> warnings(String databases, String settings)
            throws IOException, ConfigException {
        Path file = directory.resolve("weir.ini");
        Files.writeString(
                file,
                "[databases]\n" + databases + "\n[pgbouncer]\nmax_client_conn = 10\n" + settings);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        Config config = Config.load(file);
        return new Risks(config, Users.load(config))
                .findings().stream().map(one -> one.text().replace(directory + "/", "")).toList();
    }

    @Test
    void warnsOfTrustWhereOthersCanConnect() throws IOException, ConfigException {
        assertThat(warnings("a = host=b", "listen_addr = *\nauth_type = trust\n"))
                .singleElement()
                .asString()
                .startsWith("auth_type: trust, and listen_addr = *: whoever reaches the port");
        assertThat(warnings("a = host=b", "listen_addr = 127.0.0.1, ::1\nauth_type = trust\n"))
                .isEmpty();
    }

    @Test
    void warnsOfSecretsThatEverybodyCanRead() throws IOException, ConfigException {
        Path users = Files.writeString(directory.resolve("users"), "\"bob\" \"secret\"\n");
        String settings = "listen_addr = ::1\nauth_type = scram-sha-256\nauth_file = " + users;
        Files.setPosixFilePermissions(users, PosixFilePermissions.fromString("rw-r-----"));
        assertThat(warnings("a = host=b", settings)).isEmpty();
        Files.setPosixFilePermissions(users, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(warnings("a = host=b user=c password=d", settings))
                .containsExactly(
                        "weir.ini: every user of this machine can read the passwords in it (chmod"
                                + " o-r weir.ini)",
                        "users: every user of this machine can read the secrets in it (chmod o-r"
                                + " users)");
    }

    @Test
    void warnsOfAMissingTcpListener() throws IOException, ConfigException {
        assertThat(warnings("a = host=b", "auth_type = trust\n"))
                .singleElement()
                .asString()
                .startsWith("listen_addr: empty, so there is no TCP listener; clients can only")
                .contains("the socket in /tmp");
    }

    @Test
    void warnsOfMoreThanTheKernelAllows() throws IOException, ConfigException {
        assertThat(
                        warnings(
                                "a = host=b",
                                "listen_addr = ::1\nauth_type = trust\nmax_client_conn ="
                                        + " 1000000000\n"))
                .singleElement()
                .asString()
                .startsWith("too few open files: ulimit -n is ");
    }
}
