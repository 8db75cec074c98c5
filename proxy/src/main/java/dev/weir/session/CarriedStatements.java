package dev.weir.session;

import dev.weir.backend.InjectedQuery;
import dev.weir.backend.ServerConnection;
import dev.weir.config.ClientBounds;
import dev.weir.exchange.Ledger;
import dev.weir.exchange.Request;
import dev.weir.net.Buffers;
import dev.weir.protocol.FrontendMessages;
import dev.weir.sql.Text;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks a server for the statements that its session has prepared by the protocol, so that they can
 * be prepared on another one.
 */
final class CarriedStatements implements InjectedQuery {
    private static final String WITHOUT_TIMEOUTS =
            "SET LOCAL statement_timeout=0;SET LOCAL lock_timeout=0;";

    /** Names and texts as bytes in the client's encoding, and the types of the parameters. */
    static final String SQL =
            WITHOUT_TIMEOUTS
                    + "SELECT pg_catalog.encode(pg_catalog.convert_to(name,"
                    + " pg_catalog.pg_client_encoding()), 'hex'),"
                    + " pg_catalog.encode(pg_catalog.convert_to(statement,"
                    + " pg_catalog.pg_client_encoding()), 'hex'),"
                    + " parameter_types::pg_catalog.oid[]::pg_catalog.text FROM"
                    + " pg_catalog.pg_prepared_statements WHERE NOT from_sql";

    private static final String COUNT =
            WITHOUT_TIMEOUTS
                    + "SELECT pg_catalog.count(*) FROM pg_catalog.pg_prepared_statements WHERE NOT"
                    + " from_sql";

    private static final int MESSAGE_BYTES = 64;

    private final ClientBounds bounds;
    private final Consumer<@Nullable List<One>> told;
    private final List<One> all = new ArrayList<>();
    private long bytes;
    private boolean isTooMuch;

    /** A statement. */
    @SuppressWarnings("ArrayRecordComponent") // it is only sent
    record One(byte[] name, byte[] text, int[] types) {
        private int bytes() {
            return MESSAGE_BYTES + name.length + text.length + types.length * Integer.BYTES;
        }
    }

    /** Told once whether a server has all statements, when the turn that said so is over. */
    interface Done {
        void prepared(ServerConnection server, boolean isDone);
    }

    /**
     * @param bounds how much a client may keep here
     * @param told all statements; null if they are not known, or too many
     */
    CarriedStatements(ClientBounds bounds, Consumer<@Nullable List<One>> told) {
        this.bounds = bounds;
        this.told = told;
    }

    @Override
    public void row(List<@Nullable String> values) {
        HexFormat hex = HexFormat.of();
        var one =
                new One(
                        hex.parseHex(String.valueOf(values.get(0))),
                        hex.parseHex(String.valueOf(values.get(1))),
                        oids(String.valueOf(values.get(2))));
        bytes += one.bytes();
        isTooMuch |=
                ClientBounds.exceeds(bytes, bounds.statementBytes())
                        || ClientBounds.exceeds(all.size() + 1L, bounds.statements());
        if (isTooMuch) {
            all.clear();
        } else {
            all.add(one);
        }
    }

    /** The numbers of an array as PostgreSQL prints it: {@code {23,25}}. */
    private static int[] oids(String array) {
        String inside = array.substring(1, array.length() - 1);
        if (inside.isEmpty()) {
            return new int[0];
        }
        String[] each = inside.split(",", -1);
        int[] oids = new int[each.length];
        for (int i = 0; i < oids.length; i++) {
            oids[i] = Integer.parseUnsignedInt(each[i]);
        }
        return oids;
    }

    @Override
    public void rowTooLong() {
        isTooMuch = true;
    }

    @Override
    public void succeeded() {
        told.accept(isTooMuch ? null : all);
    }

    @Override
    public void failed() {
        told.accept(null);
    }

    // --- on another server ----------------------------------------------------------------------

    /** Prepares them, in a batch of their own, which is flushed. */
    static void prepare(ServerConnection server, List<One> statements, Done done) {
        int bytes = MESSAGE_BYTES;
        for (One one : statements) {
            bytes += one.bytes();
        }
        send(
                server,
                statements.size(),
                bytes,
                out -> {
                    for (One one : statements) {
                        FrontendMessages.parse(out, one.name(), one.text(), one.types());
                    }
                });
        server.inject(COUNT, new Counted(server, statements.size(), done));
        server.flush();
    }

    /**
     * Prepares the unnamed statement, which need not succeed: if the server had refused it, there
     * is none.
     */
    static void prepareUnnamed(ServerConnection server, Text text) {
        int bytes = MESSAGE_BYTES + text.length();
        send(server, 1, bytes, out -> text.writeParse(out, new byte[0]));
        server.flush();
    }

    /** Sends Parse messages and a Sync, to which the client does not get the answers. */
    private static void send(
            ServerConnection server, int count, int bytes, Consumer<ByteBuf> parses) {
        ByteBuf all =
                Buffers.filled(
                        server.buffer(bytes),
                        out -> {
                            parses.accept(out);
                            FrontendMessages.sync(out);
                        });
        Ledger ledger = server.ledger();
        for (int i = 0; i < count; i++) {
            ledger.sent(Request.PARSE, Ledger.PRIVATE, null);
        }
        ledger.sent(Request.SYNC, Ledger.PRIVATE, null);
        server.write(all);
    }

    /** Whether the server has as many statements as were prepared. */
    private static final class Counted implements InjectedQuery {
        private final ServerConnection server;
        private final int expected;
        private final Done done;
        private String count = "";

        Counted(ServerConnection server, int expected, Done done) {
            this.server = server;
            this.expected = expected;
            this.done = done;
        }

        @Override
        public void row(List<@Nullable String> values) {
            count = String.valueOf(values.getFirst());
        }

        @Override
        public void succeeded() {
            boolean isDone = count.equals(Integer.toString(expected));
            server.loop().execute(() -> done.prepared(server, isDone));
        }

        @Override
        public void failed() {
            server.loop().execute(() -> done.prepared(server, false));
        }
    }
}
