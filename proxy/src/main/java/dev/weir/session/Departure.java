package dev.weir.session;

import static dev.weir.session.ClientRun.HEADER_BYTES;

import dev.weir.backend.ServerConnection;
import dev.weir.exchange.Ledger;
import dev.weir.protocol.FrontendTag;
import io.netty.buffer.ByteBuf;

/** The end of a client that says no more: all that it has sent is carried out, and answered. */
final class Departure {
    /*
     *   STAYS ──Terminate, FIN──▶ LEAVES ──something is unfinished──▶ PASSED_ON
     *
     * In LEAVES, what was sent is answered first; then the session ends. A batch without its Sync, a
     * COPY without its end, and a message without its rest are for the server to judge: it is told
     * of the end, and closes.
     */
    private enum State {
        STAYS,
        LEAVES,
        PASSED_ON
    }

    /** Why a session ends whose client did not say Terminate; PgBouncer's words. */
    static final String EOF = "client unexpected eof";

    /** Why one ends whose client did. */
    static final String TERMINATE = "client close request";

    private final Turn turn;
    private final Flow flow;
    private State state = State.STAYS;
    private String reason = EOF;

    Departure(Turn turn, Flow flow) {
        this.turn = turn;
        this.flow = flow;
    }

    private void become(State next) {
        assert next.ordinal() == state.ordinal() + 1 : state + " to " + next;
        state = next;
    }

    /** The client says no more. */
    void begin(String why) {
        if (state == State.STAYS) {
            become(State.LEAVES);
            reason = why;
        }
    }

    boolean isBegun() {
        return state != State.STAYS;
    }

    /** Whether the server is told that the client says no more. */
    boolean isPassedOn() {
        return state == State.PASSED_ON;
    }

    /**
     * All that the client has sent is on its way: ends once that is answered, if nothing more is to
     * come.
     *
     * @param isMidMessage whether the server has a part of a message
     */
    void proceed(boolean isMidMessage) {
        if (state == State.STAYS || flow.isClosed() || !flow.mayForward() && !isMidMessage) {
            return;
        }
        ServerConnection server = turn.serverOrNull();
        if (server == null) {
            flow.ended(reason);
        } else if (state == State.LEAVES) {
            proceed(server, isMidMessage);
        }
    }

    private void proceed(ServerConnection server, boolean isMidMessage) {
        Ledger ledger = server.ledger();
        if (isMidMessage || ledger.isUnended()) {
            become(State.PASSED_ON);
            server.endInput(reason.equals(TERMINATE));
        } else if (ledger.outstanding() > 0) {
            flow.holdUntilAnswered();
        } else {
            flow.ended(reason);
        }
    }

    /** Whether there is a Terminate among the first bytes of what is held. */
    static boolean isIn(ByteBuf held, int first) {
        int at = held.readerIndex();
        int end = at + Math.min(first, held.readableBytes());
        while (end - at >= HEADER_BYTES) {
            if (held.getByte(at) == FrontendTag.TERMINATE) {
                return true;
            }
            int length = held.getInt(at + 1);
            at = length < 4 || length > end - at ? end : at + 1 + length;
        }
        return false;
    }
}
