package dev.weir.bench.demo;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import java.util.ArrayList;
import java.util.List;

/** A client that speaks the protocol itself, so that the tour can do what drivers do not allow. */
final class Client implements AutoCloseable {
    private final WireClient wire;

    private Client(WireClient wire) {
        this.wire = wire;
    }

    static Client login(int port, String user, String password, String database) {
        WireClient wire = WireClient.connect("127.0.0.1", port);
        try {
            wire.login(user, database, password);
            return new Client(wire);
        } catch (RuntimeException e) {
            wire.close();
            throw e;
        }
    }

    /** The first value of the first row of a query, or its command tag if it returns no row. */
    String ask(String sql) {
        return answer(wire.query(sql));
    }

    /** The SQLSTATE of the error that ends a query, or empty. */
    String outcome(String sql) {
        return wire.query(sql).stream()
                .filter(message -> message.tag() == 'E')
                .map(Message::sqlState)
                .findFirst()
                .orElse("");
    }

    /** All values of all rows; NULL is empty. */
    List<List<String>> askRows(String sql) {
        return checked(wire.query(sql)).stream()
                .filter(message -> message.tag() == 'D')
                .map(message -> message.row().stream().map(v -> v == null ? "" : v).toList())
                .toList();
    }

    /** Sends a query without waiting for its answer. */
    void begin(String sql) {
        wire.send(Wire.query(sql));
    }

    /** The SQLSTATE and the text of the error that ends the running query. */
    String awaitError() {
        String error = "no error";
        for (Message message : wire.readUntilReady()) {
            if (message.tag() == 'E') {
                error = message.sqlState() + " \"" + message.errorMessage() + '"';
            }
        }
        return error;
    }

    /** Parses a named statement. */
    void prepare(String name, String sql) {
        wire.send(Wire.parse(name, sql), Wire.sync());
        checked(wire.readUntilReady());
    }

    /** Executes a named statement; returns the first value of its first row. */
    String execute(String name, String parameter) {
        wire.send(Wire.bind("", name, parameter), Wire.execute("", 0), Wire.sync());
        return answer(wire.readUntilReady());
    }

    /** Sends, on a separate connection, a request to cancel what this client is running. */
    void cancel(int port) {
        WireClient.cancel("127.0.0.1", port, wire.processId(), wire.secret());
    }

    /** Dies: the peer receives a reset, as if the client's machine had failed. */
    void die() {
        wire.reset();
    }

    private static String answer(List<Message> messages) {
        String tag = "";
        for (Message message : checked(messages)) {
            if (message.tag() == 'D') {
                return String.valueOf(message.row().getFirst());
            }
            if (message.tag() == 'C') {
                tag = message.commandTag();
            }
        }
        return tag;
    }

    private static List<Message> checked(List<Message> messages) {
        List<String> errors = new ArrayList<>();
        for (Message message : messages) {
            if (message.tag() == 'E') {
                errors.add(message.summary());
            }
        }
        if (!errors.isEmpty()) {
            throw new IllegalStateException("PostgreSQL or Weir says: " + errors);
        }
        return messages;
    }

    @Override
    public void close() {
        if (!wire.socket().isClosed()) {
            wire.send(Wire.terminate());
            wire.close();
        }
    }
}
