package dev.weir.route;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The ways in which a client reads the number of a row, where a replica may answer. */
enum Read {
    QUERY {
        @Override
        List<Message> ask(WireClient client, int id) {
            return client.query(text(id));
        }
    },
    UNNAMED {
        @Override
        List<Message> ask(WireClient client, int id) {
            client.send(
                    Wire.parse("", TEXT),
                    Wire.bind("", "", "" + id),
                    Wire.execute("", 0),
                    Wire.sync());
            return client.readUntilReady();
        }
    },
    NAMED {
        @Override
        void prepare(WireClient client) {
            client.send(Wire.parse("read", TEXT), Wire.sync());
            client.readUntilReady();
        }

        @Override
        List<Message> ask(WireClient client, int id) {
            client.send(Wire.bind("", "read", "" + id), Wire.execute("", 0), Wire.sync());
            return client.readUntilReady();
        }
    },
    READ_ONLY_BLOCK {
        @Override
        List<Message> ask(WireClient client, int id) {
            Routes.assertFine(client.query("BEGIN READ ONLY"));
            List<Message> answer = client.query(text(id));
            Routes.assertFine(client.query("COMMIT"));
            return answer;
        }
    },
    LATE_BEGIN {
        @Override
        List<Message> ask(WireClient client, int id) {
            Routes.assertFine(client.query("BEGIN"));
            Routes.assertFine(client.query("SET TRANSACTION READ ONLY"));
            List<Message> answer = client.query(text(id));
            Routes.assertFine(client.query("COMMIT"));
            return answer;
        }
    },
    PIPELINED_BLOCK {
        @Override
        List<Message> ask(WireClient client, int id) {
            for (String one : List.of("BEGIN READ ONLY", text(id), "COMMIT")) {
                client.send(Wire.parse("", one), Wire.bind("", ""), Wire.execute("", 0));
            }
            client.send(Wire.sync());
            return client.readUntilReady();
        }
    };

    private static final String TEXT = "SELECT n, node() FROM pairs WHERE id = $1";

    /** What was read, and the port of the server that said it. */
    record Row(long n, int port) {}

    private static String text(int id) {
        return TEXT.replace("$1", "" + id);
    }

    /** Once for each client. */
    void prepare(WireClient client) {}

    abstract List<Message> ask(WireClient client, int id);

    Row row(WireClient client, int id) {
        List<Message> answer = ask(client, id);
        Routes.assertFine(answer);
        List<@Nullable String> row =
                answer.stream().filter(m -> m.tag() == 'D').findFirst().orElseThrow().row();
        return new Row(number(row.get(0)), (int) number(row.get(1)));
    }

    private static long number(@Nullable String text) {
        return Long.parseLong(Objects.requireNonNull(text));
    }
}
