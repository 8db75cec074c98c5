package dev.weir.session;

import static dev.weir.session.ClientRun.HEADER_BYTES;

import dev.weir.backend.ServerConnection;
import dev.weir.error.EndReason;
import dev.weir.exchange.Ledger;
import dev.weir.protocol.FrontendTag;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The end of a client that sends nothing more: everything that it has sent is carried out, and
 * answered. Then the session ends.
 *
 * <p>A batch without its Sync, an unfinished COPY and an incomplete message are for the server to
 * judge: it is told of the end of input, and closes.
 */
final class Departure {
    private final Turn turn;
    private final Flow flow;

    /** Null while the client stays. */
    private @Nullable EndReason reason;

    /** How many bytes the last read brought. */
    private int lastBytes;

    /** The turn of the loop of the last read; 0 if that does not matter. */
    private long lastTurn;

    Departure(Turn turn, Flow flow) {
        this.turn = turn;
        this.flow = flow;
    }

    /** The client sends nothing more. */
    void begin(EndReason why) {
        if (reason == null) {
            reason = why;
        }
    }

    boolean isBegun() {
        return reason != null;
    }

    /**
     * Everything that the client has sent is on its way: ends the session once that is answered, if
     * nothing more is to come.
     *
     * @param isMidMessage whether the server has a part of a message
     */
    void proceed(boolean isMidMessage) {
        EndReason why = reason;
        if (why == null || flow.isClosed() || !flow.mayForward() && !isMidMessage) {
            return;
        }
        ServerConnection server = turn.serverOrNull();
        if (server == null) {
            flow.ended(why);
        } else if (!server.isInputEnded()) {
            proceed(server, isMidMessage, why);
        }
    }

    private void proceed(ServerConnection server, boolean isMidMessage, EndReason why) {
        Ledger ledger = server.ledger();
        if (isMidMessage || ledger.isUnended()) {
            server.endInput(why == EndReason.CLIENT_TERMINATE && !isMidMessage);
        } else if (ledger.outstanding() > 0) {
            flow.holdUntilAnswered();
        } else {
            flow.ended(why);
        }
    }

    // --- in one read ----------------------------------------------------------------------------

    /**
     * The client has sent something.
     *
     * @param isMore whether the same read brought something before
     */
    void reads(ByteBuf bytes, boolean isMore) {
        lastBytes = (isMore ? lastBytes : 0) + bytes.readableBytes();
    }

    /** A read is over: a FIN that it brought is reported before the loop runs any task. */
    void readEnded() {
        lastTurn = turn.shard().loopTurn().number();
    }

    /**
     * Whether the last read brought everything that is held and the client's end with it, a
     * Terminate or a FIN.
     *
     * @param isFin whether the client sends FIN now
     */
    boolean isInLastRead(@Nullable ByteBuf held, boolean isFin) {
        return held != null
                && held.readableBytes() <= lastBytes
                && (isFin && turn.shard().loopTurn().isStill(lastTurn) || hasTerminate(held));
    }

    /** Whether the held messages contain a Terminate. */
    private static boolean hasTerminate(ByteBuf held) {
        int at = held.readerIndex();
        int end = held.writerIndex();
        while (end - at >= HEADER_BYTES) {
            if (held.getByte(at) == FrontendTag.TERMINATE) {
                return true;
            }
            int length = held.getInt(at + 1);
            at = length < 4 || length >= end - at ? end : at + 1 + length;
        }
        return false;
    }
}
