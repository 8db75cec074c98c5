package dev.weir.session;

import dev.weir.backend.ServerConnection;
import dev.weir.exchange.InjectedCall;
import dev.weir.exchange.Ledger;
import dev.weir.exchange.Request;
import io.netty.buffer.ByteBuf;

/**
 * The question where the primary's log ends: a FunctionCall, which needs neither a statement nor a
 * transaction of its own, and of which the client sees nothing.
 *
 * @see <a href="https://www.postgresql.org/docs/18/protocol-message-formats.html">FunctionCall</a>
 */
final class CommitLsn {
    /** The OID of pg_current_wal_insert_lsn, in all versions. */
    private static final int FUNCTION = 2852;

    private static final int LENGTH = 4 + 4 + 2 + 2 + 2;

    /** The size of the message. */
    static final int BYTES = 1 + LENGTH;

    private CommitLsn() {}

    /** Writes the message, and notes it as sent: {@code answer} takes what is answered. */
    static void ask(ByteBuf out, ServerConnection server, InjectedCall answer) {
        out.writeByte('F').writeInt(LENGTH).writeInt(FUNCTION);
        out.writeShort(0).writeShort(0).writeShort(1);
        server.ledger().sent(Request.FUNCTION_CALL, Ledger.PRIVATE, answer);
        server.statements().batchEnded();
    }
}
