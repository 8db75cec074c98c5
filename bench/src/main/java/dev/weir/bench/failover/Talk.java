package dev.weir.bench.failover;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The session of one client, which looks closely at every answer. */
final class Talk implements AutoCloseable {
    /** The session is over; says what came before its end. */
    static final class Ended extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Ended(String what, Throwable cause) {
            super(what, cause);
        }
    }

    private final WireClient client;

    private Talk(WireClient client) {
        this.client = client;
    }

    static Talk begin(int port, String database, String name) {
        WireClient client = WireClient.connect("127.0.0.1", port);
        try {
            client.startup(
                    Map.of("user", "postgres", "database", database, "application_name", name));
            client.authenticate("postgres", null);
            return new Talk(client);
        } catch (RuntimeException e) {
            client.close();
            throw e;
        }
    }

    WireClient client() {
        return client;
    }

    /**
     * The answer, up to so many ReadyForQuery, as {@link #read} has it.
     *
     * @throws Ended if the session ends before
     */
    List<Message> answer(int readies) {
        var all = new ArrayList<Message>();
        for (int left = readies; left > 0; ) {
            Message message = read(all);
            all.add(message);
            left -= message.tag() == 'Z' ? 1 : 0;
        }
        return all;
    }

    /**
     * The next message that is no notice, nor told at any time.
     *
     * @param before what came before, for the text of an error
     */
    Message read(List<Message> before) {
        try {
            Message message = client.read();
            while ("NSA".indexOf(message.tag()) >= 0) {
                message = client.read();
            }
            return message;
        } catch (UncheckedIOException e) {
            throw new Ended(e.getMessage() + " after " + before, e);
        }
    }

    void send(byte[]... messages) {
        try {
            client.send(messages);
        } catch (UncheckedIOException e) {
            throw new Ended(said(), e);
        }
    }

    /** What the peer said last, before it closed the connection. */
    private String said() {
        var all = new ArrayList<Message>();
        try {
            while (all.size() < 100) {
                all.add(client.read());
            }
        } catch (UncheckedIOException e) {
            return e.getMessage() + " after " + all;
        }
        return String.valueOf(all);
    }

    List<Message> query(String sql) {
        send(Wire.query(sql));
        return answer(1);
    }

    @Override
    public void close() {
        client.close();
    }
}
