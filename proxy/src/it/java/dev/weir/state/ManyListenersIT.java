package dev.weir.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.admin.Answers;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.Tools;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many clients listen by few server connections, while pgbench notifies them. */
final class ManyListenersIT {
    private static final int LISTENERS = Rig.SOAK ? 1_000 : 60;
    private static final int TALKERS = Rig.SOAK ? 200 : 20;
    private static final int EACH = 20;
    private static final int CHANNELS = 10;
    private static final int POOL = 5;
    private static final Duration LIMIT = Duration.ofMinutes(5);

    /** Each of them notifies of its numbers, in order. */
    private static final String TALK =
            """
            \\set n :n + 1
            select pg_notify('news' || (:client_id % 10), :client_id || ' ' || :n);
            """;

    @Test
    void eachHearsAllInOrder(@TempDir Path folder) throws IOException {
        Path pgbench = Tools.find("pgbench").orElse(null);
        assumeTrue(pgbench != null, "pgbench is not installed");
        Path script = Files.writeString(folder.resolve("talk.sql"), TALK);
        var listeners = new ArrayList<WireClient>();
        try (Rig weir =
                        Rig.before(
                                Rig.postgres(),
                                "admin_users = " + Rig.USER,
                                "default_pool_size = " + POOL);
                WireClient console = weir.client(Rig.USER, "pgbouncer")) {
            for (int i = 0; i < LISTENERS; i++) {
                WireClient listener = weir.client();
                listeners.add(listener);
                listener.query("listen news" + i % CHANNELS);
            }
            Tools.run(LIMIT, talking(pgbench, script, weir.port())).orThrow();
            List<Map<String, String>> servers = Answers.rows(console.query("SHOW SERVERS"));
            for (int i = 0; i < LISTENERS; i++) {
                assertThat(heard(listeners.get(i))).isEqualTo(said(i % CHANNELS));
            }
            long listening =
                    servers.stream().filter(s -> "listening".equals(s.get("state"))).count();
            long loops = Answers.rows(console.query("SHOW LOOPS")).size();
            assertThat(listening).isBetween(1L, loops);
            assertThat(servers.size() - listening).isBetween(1L, (long) POOL);
        } finally {
            listeners.forEach(WireClient::close);
        }
    }

    private static ProcessBuilder talking(Path pgbench, Path script, int port) {
        var builder =
                new ProcessBuilder(
                        pgbench.toString(),
                        "-n",
                        "-h",
                        "127.0.0.1",
                        "-p",
                        "" + port,
                        "-U",
                        Rig.USER,
                        "-c",
                        "" + TALKERS,
                        "-t",
                        "" + EACH,
                        "-D",
                        "n=0",
                        "-f",
                        script.toString(),
                        Rig.DATABASE);
        builder.environment().put("PGPASSWORD", PgNode.PASSWORD);
        return builder;
    }

    /** What is said on a channel, by each who does. */
    private static Map<Integer, List<Integer>> said(int channel) {
        var all = new HashMap<Integer, List<Integer>>();
        for (int who = channel; who < TALKERS; who += CHANNELS) {
            var numbers = new ArrayList<Integer>();
            for (int n = 1; n <= EACH; n++) {
                numbers.add(n);
            }
            all.put(who, numbers);
        }
        return all;
    }

    /** What has come before the answer to a query, which is behind all that was said before. */
    private static Map<Integer, List<Integer>> heard(WireClient listener) {
        var all = new HashMap<Integer, List<Integer>>();
        listener.send(Wire.query("select 1"));
        for (Message message : listener.readUntilReady()) {
            if (message.tag() == 'A') {
                String[] words = message.summary().split(" ", -1);
                all.computeIfAbsent(Integer.valueOf(words[2]), who -> new ArrayList<>())
                        .add(Integer.valueOf(words[3]));
            }
        }
        return all;
    }
}
