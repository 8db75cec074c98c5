package dev.weir.session;

import dev.weir.backend.InjectedCall;
import dev.weir.backend.ServerConnection;
import dev.weir.cluster.Lsn;
import dev.weir.exchange.Ledger;
import dev.weir.exchange.Request;
import dev.weir.route.CausalToken;
import io.netty.buffer.ByteBuf;

/**
 * The question where the primary's log ends, sent right behind a commit: by a FunctionCall, which
 * needs neither a statement nor a transaction of its own, and of which the client sees nothing.
 *
 * @see <a href="https://www.postgresql.org/docs/18/protocol-message-formats.html">FunctionCall</a>
 */
final class CommitLsn implements InjectedCall {
    /** The OID of pg_current_wal_insert_lsn, in all versions. */
    private static final int FUNCTION = 2852;

    private static final int LENGTH = 4 + 4 + 2 + 2 + 2;

    static final int BYTES = 1 + LENGTH;

    private final ServerConnection server;
    private final CausalToken token;
    private final int ticket;
    private final int segmentBytes;
    private final int timeline;
    private long lsn = -1;
    private boolean over;

    /**
     * @param server the primary's, which is asked
     * @param ticket that of the commit
     * @param timeline that of the server, 0 = not known
     */
    CommitLsn(
            ServerConnection server,
            CausalToken token,
            int ticket,
            int segmentBytes,
            int timeline) {
        this.server = server;
        this.token = token;
        this.ticket = ticket;
        this.timeline = timeline;
        this.segmentBytes = segmentBytes;
    }

    /** Writes the message, and notes it as sent. */
    void write(ByteBuf out) {
        out.writeByte('F').writeInt(LENGTH).writeInt(FUNCTION);
        out.writeShort(0).writeShort(0).writeShort(1);
        server.ledger().sent(Request.FUNCTION_CALL, Ledger.PRIVATE, this);
    }

    @Override
    public void result(ByteBuf in, int at, int length) {
        if (length == Long.BYTES) {
            lsn = Lsn.normalised(in.getLong(at), segmentBytes);
        }
    }

    @Override
    public void succeeded() {
        if (lsn < 0) {
            failed();
        } else if (!over) {
            over = true;
            token.sent(ticket, lsn, timeline, server.nanoTime());
        }
    }

    /** The transaction is still open, or has failed: then it has committed nothing. */
    @Override
    public void failed() {
        lost();
    }

    /** Its answer will not come. */
    void lost() {
        if (!over) {
            over = true;
            token.lost(ticket, server.nanoTime());
        }
    }
}
