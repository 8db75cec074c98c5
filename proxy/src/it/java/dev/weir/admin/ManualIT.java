package dev.weir.admin;

import static dev.weir.admin.Answers.columns;
import static dev.weir.admin.Answers.error;
import static dev.weir.admin.Answers.tags;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Examples;
import dev.weir.app.Weir;
import dev.weir.config.Config;
import dev.weir.pgkit.WireClient;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What README.md and the manual type at the console is carried out by one that runs. */
final class ManualIT {
    /** A console command in a text: in code, behind psql's -c, or behind its prompt. */
    private static final Pattern TYPED =
            Pattern.compile(
                    "`((?:SHOW|EXPLAIN ROUTE|EXPLAIN STATE) [^`]+)`|-c ['\"](SHOW [^'\"]+)['\"]|=#"
                            + " ([^\\n;]+);");

    /** A command that does something, to something. */
    private static final Pattern DOES =
            Pattern.compile(
                    "`((?:PAUSE|RESUME|RECONNECT|DISABLE|ENABLE|KILL|WAIT_CLOSE|DRAIN|HOLD|RELEASE|SWITCHOVER|SET)"
                        + " [a-z][^`]*)`");

    /** What stands for something else. */
    private static final Pattern PLACEHOLDER = Pattern.compile(".*[…<\\[|*].*");

    private static Weir weir;

    @BeforeAll
    static void start() throws Exception {
        String text =
                """
                [databases]
                app = host=127.0.0.1 port=1
                [weir]
                listen_addr = 127.0.0.1
                listen_port = 0
                unix_socket_dir =
                auth_type = trust
                admin_users = boss
                """;
        weir = Weir.start(Config.parse("weir.ini", text));
    }

    @AfterAll
    static void stop() {
        if (weir != null) {
            weir.close();
        }
    }

    private static WireClient console() {
        WireClient client = WireClient.connect("127.0.0.1", weir.port());
        client.login("boss", "pgbouncer");
        return client;
    }

    /** Each command, and the first place where it stands. */
    private static Map<String, String> found(Pattern pattern) {
        Map<String, String> all = new LinkedHashMap<>();
        Examples.lines()
                .forEach((place, line) -> {
                    Matcher typed = pattern.matcher(line);
                    while (typed.find()) {
                        for (int group = 1; group <= typed.groupCount(); group++) {
                            String command = typed.group(group);
                            if (command != null && !PLACEHOLDER.matcher(command).matches()) {
                                all.putIfAbsent(command.replace("\\|", "|"), place);
                            }
                        }
                    }
                });
        return all;
    }

    /** Those of a client's own session are no commands of the console. */
    private static boolean isOfSession(String command) {
        return command.matches("SHOW (weir\\..*|[a-z_]+)");
    }

    @Test
    void whatShowsShows() {
        List<String> wrong = new ArrayList<>();
        Map<String, String> commands = found(TYPED);
        assertThat(commands).hasSizeGreaterThan(20);
        try (WireClient client = console()) {
            commands.forEach((command, place) -> {
                if (isOfSession(command)) {
                    return;
                }
                var answer = client.query(command);
                boolean shows = command.matches("(SHOW|EXPLAIN) .*");
                boolean isFine =
                        shows
                                ? tags(answer).matches("(T.*|N)CZ")
                                : !answer.toString().contains("invalid command");
                if (!isFine) {
                    wrong.add(place + ": " + command + ": " + error(answer));
                }
            });
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void whatDoesSomethingIsACommand() {
        Map<String, String> commands = found(DOES);
        commands.keySet().removeIf(command -> command.contains("weir."));
        assertThat(commands).isNotEmpty();
        assertThat(commands.keySet())
                .allMatch(command -> !(Command.parse(command) instanceof Command.Invalid));
    }

    /** The columns of an answer as psql prints it stand in the real one. */
    @Test
    void shownColumnsExist() {
        Pattern answer =
                Pattern.compile("(?s)pgbouncer=# ([^\\n;]+);\\n([^\\n]*\\|[^\\n]*)\\n-[-+]+\\n");
        int found = 0;
        try (WireClient client = console()) {
            for (Examples.Block block : Examples.blocks()) {
                Matcher shown = answer.matcher(block.text());
                while (shown.find()) {
                    found++;
                    String[] real = columns(client.query(shown.group(1))).split(",");
                    assertThat(Arrays.stream(shown.group(2).split("\\|")).map(String::strip))
                            .as(block + ": " + shown.group(1))
                            .isSubsetOf(real);
                }
            }
        }
        assertThat(found).isPositive();
    }
}
