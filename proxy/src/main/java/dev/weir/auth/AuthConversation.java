package dev.weir.auth;

import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerEvents;
import dev.weir.backend.ServerFailure;
import dev.weir.exchange.Request;
import dev.weir.net.Buffers;
import dev.weir.protocol.BackendTag;
import dev.weir.protocol.FrontendMessages;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The conversation on a server connection that runs {@code auth_query}: one query with one
 * parameter, in the extended query protocol, so that a user's name is never part of a text that the
 * server parses.
 *
 * @see <a
 *     href="https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY">Extended
 *     Query</a>
 */
final class AuthConversation implements ServerEvents {
    /** Two rows are enough to see that there are too many. */
    private static final int ROWS_MAX = 2;

    /** More than a row with a name and a secret takes. */
    private static final int ANSWER_BYTES_MAX = 1 << 18;

    private static final int HEADER_BYTES = 5;

    /** Is told the outcome, once. */
    interface Listener {
        /** The server has answered, and the connection is as it was before. */
        void answered(List<List<@Nullable String>> rows);

        /** The server refused the query, and the connection is as it was before. */
        void refusedQuery(ServerFailure failure);

        /** The connection is lost, or no longer usable. */
        void lost(@Nullable String why);
    }

    private final ServerConnection server;
    private final Listener listener;
    private final List<List<@Nullable String>> rows = new ArrayList<>(ROWS_MAX);
    private @Nullable ServerFailure failure;
    private ByteBuf held = Unpooled.EMPTY_BUFFER;
    private State state = State.ASKING;

    /*
     *   ASKING ──ReadyForQuery──▶ ANSWERED ──▶ OVER
     *      └─────────────lost──────────────────▲
     */
    private enum State {
        ASKING,
        ANSWERED,
        OVER
    }

    private AuthConversation(ServerConnection server, Listener listener) {
        this.server = server;
        this.listener = listener;
    }

    /** Sends a query, all in one write. */
    static void start(ServerConnection server, String query, String parameter, Listener listener) {
        server.holder(new AuthConversation(server, listener));
        byte[] sql = query.getBytes(StandardCharsets.UTF_8);
        ByteBuf all =
                Buffers.filled(
                        server.buffer(64 + sql.length),
                        out -> {
                            FrontendMessages.parse(out, new byte[0], sql);
                            FrontendMessages.bind(out, "", "", parameter);
                            FrontendMessages.execute(out, "", ROWS_MAX);
                            FrontendMessages.sync(out);
                        });
        server.ledger().sent(Request.PARSE);
        server.ledger().sent(Request.BIND);
        server.ledger().sent(Request.EXECUTE);
        server.ledger().sent(Request.SYNC);
        server.write(all);
        server.flush();
    }

    // --- the server's side --------------------------------------------------------------------

    @Override
    public void serverBytes(ByteBuf run) {
        ByteBuf in = held.isReadable() ? Unpooled.wrappedBuffer(held, run) : run;
        held = Unpooled.EMPTY_BUFFER;
        try {
            read(in);
            if (in.readableBytes() > ANSWER_BYTES_MAX) {
                lose("an answer of more than " + ANSWER_BYTES_MAX + " bytes");
            } else if (in.isReadable() && state != State.OVER) {
                held = server.buffer(in.readableBytes()).writeBytes(in);
            }
        } catch (IndexOutOfBoundsException _) {
            lose("a message that is shorter than it says");
        } finally {
            in.release();
        }
    }

    private void read(ByteBuf in) {
        while (in.readableBytes() >= HEADER_BYTES && state != State.OVER) {
            int length = in.getInt(in.readerIndex() + 1);
            if (length < 4) {
                lose("length of a message: " + length + " (expected: >= 4)");
                return;
            }
            if (in.readableBytes() < 1 + length) {
                return;
            }
            byte tag = in.readByte();
            in.skipBytes(4);
            take(tag, in.readSlice(length - 4));
        }
    }

    private void take(byte tag, ByteBuf body) {
        switch (tag) {
            case BackendTag.DATA_ROW -> rows.add(row(body));
            case BackendTag.ERROR_RESPONSE ->
                    failure = ServerFailure.of(body, body.readerIndex(), body.readableBytes());
            case BackendTag.READY_FOR_QUERY -> state = State.ANSWERED;
            default -> {} // ParseComplete, BindComplete, CommandComplete, a notice, …
        }
    }

    /** Only now is it certain that nothing followed the answer. */
    @Override
    public void serverTurnEnd() {
        if (state != State.ANSWERED) {
            return;
        }
        end();
        ServerFailure error = failure;
        if (error != null) {
            listener.refusedQuery(error);
        } else {
            listener.answered(List.copyOf(rows));
        }
    }

    private static List<@Nullable String> row(ByteBuf body) {
        int columns = body.readUnsignedShort();
        List<@Nullable String> values = new ArrayList<>(columns);
        for (int i = 0; i < columns; i++) {
            int length = body.readInt();
            values.add(
                    length < 0
                            ? null
                            : body.readCharSequence(length, StandardCharsets.UTF_8).toString());
        }
        return values;
    }

    @Override
    public void serverLost(@Nullable ServerFailure fatal, @Nullable String violation) {
        ServerFailure error = fatal == null ? failure : fatal;
        lose(error == null ? violation : error.message());
    }

    private void lose(@Nullable String why) {
        if (state != State.OVER) {
            end();
            listener.lost(why);
        }
    }

    private void end() {
        state = State.OVER;
        held.release();
        held = Unpooled.EMPTY_BUFFER;
    }

    @Override
    public boolean parameterChanged(String name, String value, boolean injected) {
        return false;
    }

    @Override
    public void serverWritabilityChanged(boolean writable) {}
}
