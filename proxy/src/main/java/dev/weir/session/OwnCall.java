package dev.weir.session;

import dev.weir.backend.ServerConnection;
import dev.weir.exchange.InjectedCall;
import dev.weir.exchange.Ledger;
import dev.weir.exchange.Request;
import io.netty.buffer.ByteBuf;

/**
 * What Weir asks a server by a FunctionCall, which needs neither a statement nor a transaction of
 * its own, and of which the client sees nothing.
 *
 * @see <a href="https://www.postgresql.org/docs/18/protocol-message-formats.html">FunctionCall</a>
 */
enum OwnCall {
    /** Where the log ends: {@code pg_current_wal_insert_lsn()}. */
    INSERT_LSN(2852),

    /** The number of the transaction, NULL if it has none: {@code txid_current_if_assigned()}. */
    ASSIGNED_XID(3348);

    private static final int LENGTH = 4 + 4 + 2 + 2 + 2;

    /** The size of the message. */
    static final int BYTES = 1 + LENGTH;

    private final int oid;

    /** Takes the OID of the function, which is the same in all versions. */
    OwnCall(int oid) {
        this.oid = oid;
    }

    int oid() {
        return oid;
    }

    /** Writes the message, and notes it as sent: {@code answer} takes what is answered. */
    void ask(ByteBuf out, ServerConnection server, InjectedCall answer) {
        out.writeByte('F').writeInt(LENGTH).writeInt(oid);
        out.writeShort(0).writeShort(0).writeShort(1);
        server.ledger().sent(Request.FUNCTION_CALL, Ledger.PRIVATE, answer);
        server.statements().batchEnded();
    }
}
