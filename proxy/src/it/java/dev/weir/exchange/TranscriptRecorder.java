package dev.weir.exchange;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs the script of a {@link Transcript} against a server and writes down what it says.
 *
 * <p>A script waits for all that it is owed before it ends: whatever came after that fails here.
 */
final class TranscriptRecorder implements AutoCloseable {
    private static final int PROBES_MAX = 200;

    private final PgNode node;
    private final WireClient monitor;

    TranscriptRecorder(PgNode node) {
        this.node = node;
        monitor = node.wire();
        monitor.login(PgNode.USER, "postgres", PgNode.PASSWORD);
    }

    /** Returns the transcript's lines as this server writes them. */
    List<String> record(Transcript transcript) {
        List<String> lines = new ArrayList<>();
        try (WireClient client = node.wire()) {
            client.login(PgNode.USER, "postgres", PgNode.PASSWORD);
            for (String line : transcript.script()) {
                lines.add(line);
                if (line.startsWith("setup ")) {
                    setup(client, line.substring("setup ".length()));
                } else if (line.startsWith("> ")) {
                    client.send(
                            Transcript.frames(line).stream()
                                    .map(Frame::bytes)
                                    .toArray(byte[][]::new));
                } else if (line.startsWith("wait ")) {
                    read(client, Transcript.words(line), lines);
                    lines.add("= " + state(client.processId()));
                }
            }
            if (!lines.getLast().equals("= gone")) {
                assertNothingMore(client, transcript.name());
            }
        }
        return lines;
    }

    private static void setup(WireClient client, String sql) {
        for (Message message : client.query(sql)) {
            if (message.tag() == 'E') {
                throw new IllegalStateException(sql + ": " + message.summary());
            }
        }
    }

    private static void read(WireClient client, List<String> tags, List<String> lines) {
        for (String tag : tags) {
            String line;
            do {
                line = next(client);
                lines.add("< " + line);
            } while (!line.equals("EOF") && !line.startsWith(tag));
        }
    }

    private static String next(WireClient client) {
        try {
            return line(client.read());
        } catch (UncheckedIOException ended) {
            return "EOF";
        }
    }

    private static String line(Message message) {
        return switch (message.tag()) {
            case 'E', 'N' ->
                    message.tag() + " " + message.fields().get('V') + " " + message.sqlState();
            case 'C', 'Z', 'S', 'A' -> message.summary();
            default -> String.valueOf(message.tag());
        };
    }

    /** The state of a session; it may be reported a little later than its answers arrive. */
    private String state(int processId) {
        String last = "";
        for (int i = 0; i < PROBES_MAX; i++) {
            String state = probe(processId);
            if (state.equals(last)) {
                return state;
            }
            last = state;
        }
        return last;
    }

    private String probe(int processId) {
        @Nullable String state = null;
        for (Message message :
                monitor.query("SELECT state FROM pg_stat_activity WHERE pid = " + processId)) {
            if (message.tag() == 'D') {
                state = message.row().getFirst();
            }
        }
        return switch (state) {
            case null -> "gone";
            case "idle" -> "idle";
            case "idle in transaction" -> "transaction";
            case "idle in transaction (aborted)" -> "failed";
            case "active" -> "busy";
            default -> throw new IllegalStateException("state: " + state);
        };
    }

    private static void assertNothingMore(WireClient client, String name) {
        client.send(Wire.terminate());
        String line = next(client);
        if (!line.equals("EOF")) {
            throw new IllegalStateException(name + " does not wait for " + line);
        }
    }

    @Override
    public void close() {
        monitor.close();
    }
}
