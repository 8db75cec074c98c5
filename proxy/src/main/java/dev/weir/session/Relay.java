package dev.weir.session;

import dev.weir.backend.ServerConnection;
import dev.weir.metrics.Limit;
import dev.weir.metrics.Metric;
import dev.weir.net.MemoryBudget;
import dev.weir.pool.Allowance;
import dev.weir.session.LeasePhase.Phase;
import io.netty.buffer.ByteBuf;

/** Moves the bytes of a session, with backpressure in both directions. */
final class Relay {
    /*
     * A session holds in buffers what was read from its client and waits for a server, and what its
     * client has not read. Both count towards max_buffer_memory. Once that is full,
     *
     *   a client that waits for a server is not read further, and is refused if it has sent more
     *       than HELD_BYTES_MAX;
     *   a server is not read while its client leaves anything unread.
     */

    /**
     * A waiting client is not read once this much of its input is held. Not more than a first read
     * brings ({@code pkt_buf}), since the second one may bring 64 kB.
     */
    static final int HELD_BYTES_MAX = 4_096;

    /** Less than this is not counted: the session itself uses more. */
    private static final int UNCOUNTED_BYTES_MAX = 1_024;

    private final Turn turn;
    private final LeasePhase phase;
    private final ClientPort port;
    private final Frontend frontend;
    private final MemoryBudget.Share memory;

    /** How much of what is held here has been counted in the budget of the process. */
    private long counted;

    /** Whether the server is not read only because the budget is full. */
    private boolean isThrottled;

    Relay(Turn turn, LeasePhase phase, ClientPort port, Frontend frontend) {
        this.turn = turn;
        this.phase = phase;
        this.port = port;
        this.frontend = frontend;
        this.memory = turn.pool().allowance().buffers().on(turn.loop());
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
        Notifications listening = turn.notifications();
        if (listening != null && listening.keepsReady(run) && !run.isReadable()) {
            run.release();
            return;
        }
        turn.inFlight().shown(run);
        turn.meters().add(Metric.BYTES_SENT, run.readableBytes());
        port.write(run);
        if (counted > 0) {
            throttleServer(); // within the turn: the client already leaves something unread
        }
    }

    /** Sends what the read brought. */
    void serverTurnEnds() {
        port.flush();
        turn.times().readClock();
        turn.times().active();
        throttleServer();
        if (phase.is(Phase.HOLDING) && turn.feedsCopy()) {
            proceed();
        }
        count();
    }

    /** Tells the client of reported parameters that differ from what it was last told. */
    void tellReported(ServerConnection server) {
        if (!turn.parameters().isTold(server)) {
            port.write(turn.answers().filled(256, out -> turn.parameters().tell(server, out)));
        }
    }

    // --- backpressure ---------------------------------------------------------------------------

    /** Stops reading from the server while the client does not take what it sends. */
    private void throttleServer() {
        ServerConnection server = turn.serverOrNull();
        if (!port.isWritable() || isHeldBack()) {
            if (server != null) {
                isThrottled = port.isWritable();
                turn.times().stalled();
                server.reading(false);
            }
        } else if (isThrottled) {
            isThrottled = false; // even if the client no longer holds the server
            turn.times().flowing();
            if (server != null) {
                server.reading(true);
            }
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

    /** Reads from the client, unless its server is not writable or too much input is held. */
    void readClient() {
        if (phase.isLive()) {
            ServerConnection server = turn.serverOrNull();
            boolean moves = phase.mayForward() || turn.feedsCopy();
            boolean full = !moves && holdsEnough();
            boolean blocked = server != null && !server.isWritable();
            port.reading(!full && !blocked);
        }
    }

    private boolean holdsEnough() {
        int held = frontend.heldBytes();
        return held >= HELD_BYTES_MAX || held > 0 && memory.isFull();
    }

    /** A part of what the client sends has been taken: stops reading if enough is held. */
    void clientBytesTaken() {
        if (frontend.heldBytes() >= HELD_BYTES_MAX) {
            readClient();
        }
    }

    // --- what is held ---------------------------------------------------------------------------

    /** Counts what is held now. */
    void count() {
        if (phase.is(Phase.ENDED)) {
            return;
        }
        Notifications listening = turn.notifications();
        long waiting = listening == null ? 0 : listening.waitingBytes();
        long held = frontend.heldBytes() + port.pendingBytes() + waiting;
        long now = held < UNCOUNTED_BYTES_MAX ? 0 : held;
        if (now != counted) {
            Allowance allowance = turn.pool().allowance();
            countAs(now);
            allowance.meters().reaches(Limit.BUFFER_MEMORY, allowance.buffers().used());
        }
    }

    /** Whether the client, which waits for a server, has sent more than memory allows. */
    boolean isRefused() {
        return frontend.heldBytes() > HELD_BYTES_MAX && memory.isFull();
    }

    /** Whether nobody may hold more. */
    boolean isMemoryFull() {
        return memory.isFull();
    }

    /** Whether this client holds something, and nobody may. */
    boolean holdsTooMuch() {
        return counted > 0 && memory.isFull();
    }

    /** Counts again, since bytes may have been sent without notice. */
    void recount() {
        if (counted > 0 || isThrottled) {
            count();
            throttleServer();
        }
    }

    private boolean isHeldBack() {
        return port.pendingBytes() > 0 && memory.isFull();
    }

    /** The session ends: nothing is held any more but what the client has not read. */
    void end() {
        long left = port.pendingBytes();
        countAs(left < UNCOUNTED_BYTES_MAX ? 0 : left);
    }

    /** The client's connection is closed. */
    void gone() {
        countAs(0);
    }

    private void countAs(long held) {
        memory.add(held - counted);
        counted = held;
    }

    // --- to the server --------------------------------------------------------------------------

    /** Continues with what was held of the client's input, and reads on. */
    void proceed() {
        frontend.resume();
        frontend.flush();
        if (counted > 0) {
            count();
        }
        readClient();
    }
}
