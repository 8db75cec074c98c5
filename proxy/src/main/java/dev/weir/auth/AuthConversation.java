package dev.weir.auth;

import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerEvents;
import dev.weir.backend.ServerFailure;
import dev.weir.protocol.BackendTag;
import dev.weir.protocol.ErrorFields;
import dev.weir.protocol.FrontendMessages;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The conversation on one server connection that runs {@code auth_query} and nothing else: one
 * query with one parameter at a time, in the extended query protocol, so that a user's name is
 * never part of a text that the server parses.
 *
 * @see <a
 *     href="https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY">Extended
 *     Query</a>
 */
final class AuthConversation implements ServerEvents {
    /** Two rows are enough to know that there are too many. */
    private static final int ROWS_MAX = 2;

    /** More than a row with a name and a secret takes. */
    private static final int ANSWER_BYTES_MAX = 1 << 18;

    private static final int HEADER_BYTES = 5;

    /** Is told the result of each query once, and once that the connection is gone. */
    interface Listener {
        void answered(AuthConversation who, List<List<@Nullable String>> rows);

        /** The server refused the query. */
        void refused(AuthConversation who, ServerFailure failure);

        /** The connection is gone, and so is the answer if one was expected. */
        void lost(AuthConversation who, @Nullable String why);
    }

    private final ServerConnection server;
    private final Listener listener;
    private final List<List<@Nullable String>> rows = new ArrayList<>(ROWS_MAX);
    private @Nullable ServerFailure failure;
    private ByteBuf held = Unpooled.EMPTY_BUFFER;
    private boolean asking;
    private long idleSinceNanos;

    AuthConversation(ServerConnection server, Listener listener) {
        this.server = server;
        this.listener = listener;
        server.passThrough(this);
        this.idleSinceNanos = server.nanoTime();
    }

    boolean isOpen() {
        return server.isOpen();
    }

    long ageNanos(long now) {
        return now - server.openedNanos();
    }

    /** For how long it has been idle. */
    long idleNanos(long now) {
        return now - idleSinceNanos;
    }

    /** Sends the query, all in one write. */
    void ask(String query, String parameter) {
        assert !asking;
        asking = true;
        rows.clear();
        failure = null;
        byte[] sql = query.getBytes(StandardCharsets.UTF_8);
        ByteBuf out = server.buffer(64 + sql.length);
        FrontendMessages.parse(out, new byte[0], sql);
        FrontendMessages.bind(out, "", "", parameter);
        FrontendMessages.execute(out, "", ROWS_MAX);
        FrontendMessages.sync(out);
        server.write(out);
        server.flush();
    }

    void close(String reason) {
        release();
        server.close(reason);
    }

    // --- the server's side --------------------------------------------------------------------

    @Override
    public void serverBytes(ByteBuf run) {
        ByteBuf in = held.isReadable() ? Unpooled.wrappedBuffer(held, run) : run;
        held = Unpooled.EMPTY_BUFFER;
        try {
            read(in);
            if (in.readableBytes() > ANSWER_BYTES_MAX) {
                broken("an answer of more than " + ANSWER_BYTES_MAX + " bytes");
            } else if (in.isReadable() && server.isOpen()) {
                held = server.buffer(in.readableBytes()).writeBytes(in);
            }
        } catch (IndexOutOfBoundsException _) {
            broken("a message that is shorter than it says");
        } finally {
            in.release();
        }
    }

    private void read(ByteBuf in) {
        while (in.readableBytes() >= HEADER_BYTES && server.isOpen()) {
            int length = in.getInt(in.readerIndex() + 1);
            if (length < 4) {
                broken("length of a message: " + length + " (expected: >= 4)");
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
            case BackendTag.ERROR_RESPONSE -> failure = failure(body);
            case BackendTag.READY_FOR_QUERY -> ready();
            default -> {} // ParseComplete, BindComplete, CommandComplete, a notice, …
        }
    }

    private void ready() {
        if (!asking) {
            broken("a ReadyForQuery that nobody asked for");
            return;
        }
        asking = false;
        idleSinceNanos = server.nanoTime();
        ServerFailure error = failure;
        if (error != null) {
            listener.refused(this, error);
        } else {
            listener.answered(this, List.copyOf(rows));
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

    private static ServerFailure failure(ByteBuf body) {
        int at = body.readerIndex();
        int length = body.readableBytes();
        String severity = ErrorFields.field(body, at, length, 'V');
        String message = ErrorFields.field(body, at, length, 'M');
        return new ServerFailure(
                severity == null ? "ERROR" : severity,
                ErrorFields.sqlState(body, at, length),
                message == null ? "(no message)" : message);
    }

    private void broken(String why) {
        close(why);
        listener.lost(this, why);
    }

    @Override
    public void serverLost(@Nullable ServerFailure ignored, @Nullable String violation) {
        release();
        ServerFailure error = failure;
        listener.lost(this, error == null ? violation : error.message());
    }

    private void release() {
        held.release();
        held = Unpooled.EMPTY_BUFFER;
    }

    @Override
    public void serverTurnEnd() {}

    @Override
    public boolean parameterChanged(String name, String value, boolean injected) {
        return false;
    }

    @Override
    public void serverWritabilityChanged(boolean writable) {}
}
