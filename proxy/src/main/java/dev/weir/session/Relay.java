package dev.weir.session;

import dev.weir.backend.ServerConnection;
import dev.weir.metrics.Metric;
import dev.weir.session.LeasePhase.Phase;
import io.netty.buffer.ByteBuf;

/** The bytes of a session on their way, and the backpressure in both directions. */
final class Relay {
    /** So much of a waiting client's input is kept; then it is not read. */
    private static final int HELD_BYTES_MAX = 8_192;

    private final Turn turn;
    private final LeasePhase phase;
    private final ClientPort port;
    private final Frontend frontend;

    Relay(Turn turn, LeasePhase phase, ClientPort port, Frontend frontend) {
        this.turn = turn;
        this.phase = phase;
        this.port = port;
        this.frontend = frontend;
    }

    // --- to the client --------------------------------------------------------------------------

    /** Writes a part of an answer, unless that is held for now. Takes over {@code run}. */
    void answer(ByteBuf run) {
        if (turn.batch().holds(run)) {
            return;
        }
        ByteBuf first = turn.batch().answered();
        if (first != null) {
            port.write(first);
        }
        turn.meters().add(Metric.BYTES_SENT, run.readableBytes());
        port.write(run);
    }

    /** Sends what the read brought. */
    void serverTurnEnds() {
        port.flush();
        turn.times().happening();
        turn.times().active();
        throttleServer();
        if (phase.is(Phase.HOLDING) && turn.feedsCopy()) {
            proceed();
        }
    }

    /** Tells the client of reported parameters that are not what it was told last. */
    void tellReported(ServerConnection server) {
        if (!turn.parameters().isTold(server)) {
            ByteBuf out = port.alloc().buffer();
            turn.parameters().tell(server, out);
            port.write(out);
        }
    }

    // --- backpressure ---------------------------------------------------------------------------

    /** Reads the server no more while the client does not take what it sends. */
    private void throttleServer() {
        ServerConnection server = turn.serverOrNull();
        if (server != null && !port.isWritable()) {
            turn.times().stalled();
            server.reading(false);
        }
    }

    void clientWritabilityChanged() {
        if (!port.isWritable()) {
            throttleServer();
            return;
        }
        turn.times().flowing();
        ServerConnection server = turn.serverOrNull();
        if (server != null) {
            server.reading(true);
        }
    }

    /** Reads the client unless its server is not writable or too much of it is held already. */
    void readClient() {
        if (phase.isLive()) {
            ServerConnection server = turn.serverOrNull();
            boolean moves = phase.mayForward() || turn.feedsCopy();
            boolean full = !moves && frontend.heldBytes() >= HELD_BYTES_MAX;
            boolean blocked = server != null && !server.isWritable();
            port.reading(!full && !blocked);
        }
    }

    // --- to the server --------------------------------------------------------------------------

    /** Goes on with what was held of the client's, and reads it on. */
    void proceed() {
        frontend.resume();
        frontend.flush();
        readClient();
    }
}
