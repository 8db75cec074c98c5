package dev.weir.beside;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A configuration, and what clients and an administrator do with it.
 *
 * <p>In a file, a trial begins with a line {@code == name}. The lines of its configuration begin
 * with {@code db:}, {@code user:}, {@code set:}, {@code auth:} or {@code hba:}; the others are its
 * steps, see {@link Play}. Those with a line {@code soak:} take part with {@code -Dweir.soak=true}
 * only. A line {@code needs: 1.24} leaves older versions of PgBouncer out; a line {@code = part}
 * behind a step is a part of what both must answer. A line {@code ~ words | part} behind a step
 * says that the answers differ, where docs/pgbouncer.md says so, and a part of Weir's.
 */
final class Trial {
    final String name;
    final List<String> databases = new ArrayList<>();
    final List<String> users = new ArrayList<>();
    final List<String> settings = new ArrayList<>();
    final List<String> secrets = new ArrayList<>();
    final List<String> rules = new ArrayList<>();
    final List<Step> steps = new ArrayList<>();

    /** The oldest PgBouncer that can take part, such as 1.24; any if empty. */
    String needs = "";

    /** Whether it takes seconds: {@code soak:}. */
    boolean isLong;

    private Trial(String name) {
        this.name = name;
    }

    static List<Trial> read(Path file) throws IOException {
        List<Trial> trials = new ArrayList<>();
        int number = 0;
        for (String line : Files.readAllLines(file)) {
            number++;
            if (line.startsWith("== ")) {
                trials.add(new Trial(line.substring(3)));
            } else if (!line.isBlank() && !line.startsWith("#")) {
                trials.getLast().add(number, line);
            }
        }
        return trials;
    }

    private void add(int number, String line) {
        String[] parts = line.strip().split(" ", 2);
        String rest = parts.length == 1 ? "" : parts[1].strip();
        switch (parts[0]) {
            case "db:" -> databases.add(rest);
            case "user:" -> users.add(rest);
            case "set:" -> settings.add(rest);
            case "auth:" -> secrets.add(rest);
            case "hba:" -> rules.add(rest);
            case "needs:" -> needs = rest;
            case "soak:" -> isLong = true;
            case "=" -> steps.getLast().parts().add(rest);
            case "~" -> {
                String[] both = rest.split(" \\| ", 2);
                steps.getLast()
                        .differences()
                        .add(new Step.Difference(both[0], both.length == 1 ? "" : both[1]));
            }
            default -> steps.add(new Step(number, parts[0], rest));
        }
    }

    /** The configuration, with {@code {names}} for what differs between the two. */
    String ini() {
        return """
        [databases]
        %s
        [users]
        %s
        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = {port}
        unix_socket_dir = {dir}
        auth_type = trust
        auth_file = {dir}/users.txt
        admin_users = boss
        stats_users = looker
        pool_mode = transaction
        server_tls_sslmode = disable
        tcp_defer_accept = 0
        %s
        """
                .formatted(
                        databases.isEmpty()
                                ? "p1 = port={pg} host=127.0.0.1 dbname={db}"
                                : String.join("\n", databases),
                        String.join("\n", users),
                        String.join("\n", settings));
    }

    String secrets() {
        return String.join("\n", secrets)
                + """

                "boss" ""
                "looker" ""
                "postgres" ""
                "u" ""
                "v" ""
                """;
    }

    @Override
    public String toString() {
        return name;
    }
}
