package dev.weir.ops;

import dev.weir.support.Rig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** An administrator, one who may look, and one who may do neither; each has a password. */
final class ConsoleUsers {
    private ConsoleUsers() {}

    /** A Weir that knows them, by a file in this directory. */
    static Rig rig(Path directory, String... settings) throws IOException {
        Path users =
                Files.writeString(
                        directory.resolve("users.txt"),
                        """
                        "boss" "b"
                        "looker" "l"
                        "postgres" "postgres"
                        """);
        Stream<String> own =
                Stream.of(
                        "auth_type = plain",
                        "auth_file = " + users,
                        "admin_users = boss",
                        "stats_users = looker",
                        "auth_failure_delay = 10ms");
        return Rig.before(
                Rig.postgres(), Stream.concat(own, Stream.of(settings)).toArray(String[]::new));
    }
}
