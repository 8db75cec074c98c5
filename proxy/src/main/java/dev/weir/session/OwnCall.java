package dev.weir.session;

import dev.weir.backend.ServerConnection;
import dev.weir.exchange.InjectedCall;
import dev.weir.exchange.Ledger;
import dev.weir.exchange.Request;
import io.netty.buffer.ByteBuf;

/**
 * A question that Weir asks a server by a FunctionCall, which needs neither a statement nor a
 * transaction of its own, and which the client does not see.
 *
 * @see <a href="https://www.postgresql.org/docs/18/protocol-message-formats.html">FunctionCall</a>
 */
enum OwnCall {
    /** The end of the log: {@code pg_current_wal_insert_lsn()}. */
    INSERT_LSN(2852),

    /** The ID of the transaction, NULL if it has none: {@code txid_current_if_assigned()}. */
    ASSIGNED_XID(3348),

    /**
     * Writes a log record that names the transaction, and returns its end: {@code
     * pg_logical_emit_message(true, 'weir', '')}.
     */
    EMIT_MESSAGE(3577);

    /** The size of a message without arguments. */
    static final int BYTES = 1 + 4 + 4 + 2 + 2 + 2;

    /** The arguments of {@link #EMIT_MESSAGE}; only PostgreSQL 17 and later have the last. */
    private static final byte[][] MESSAGE = {{1}, {'w', 'e', 'i', 'r'}, {}, {0}};

    /** The most that the arguments of {@link #EMIT_MESSAGE} add to a message. */
    static final int MESSAGE_BYTES = 2 + 4 * Integer.BYTES + 6;

    private static final byte[][] NO_ARGUMENTS = {};

    private final int oid;

    /** Takes the OID of the function, which is the same in all versions. */
    OwnCall(int oid) {
        this.oid = oid;
    }

    int oid() {
        return oid;
    }

    /** Writes the message, and notes it as sent; {@code answer} receives the result. */
    void ask(ByteBuf out, ServerConnection server, InjectedCall answer) {
        call(out, server, answer, NO_ARGUMENTS, 0);
    }

    /**
     * Writes {@link #EMIT_MESSAGE}, and notes it as sent.
     *
     * @param count how many arguments the function has on this server: 3 or 4
     */
    static void emitMessage(ByteBuf out, ServerConnection server, InjectedCall answer, int count) {
        EMIT_MESSAGE.call(out, server, answer, MESSAGE, count);
    }

    private void call(
            ByteBuf out, ServerConnection server, InjectedCall answer, byte[][] values, int count) {
        int start = out.writerIndex();
        out.writeByte('F').writeInt(0).writeInt(oid);
        out.writeShort(count == 0 ? 0 : 1);
        if (count > 0) {
            out.writeShort(1);
        }
        out.writeShort(count);
        for (int i = 0; i < count; i++) {
            out.writeInt(values[i].length).writeBytes(values[i]);
        }
        out.writeShort(1);
        out.setInt(start + 1, out.writerIndex() - start - 1);
        server.ledger().sent(Request.FUNCTION_CALL, Ledger.PRIVATE, answer);
        server.statements().batchEnded();
    }
}
