package dev.weir.sim;

import java.util.ArrayList;
import java.util.List;

/** A PostgreSQL, as far as Weir and the clients of a simulation can tell. */
final class SimServer {
    /** How it is with new connections. */
    enum Mode {
        UP,
        /** Nobody listens. */
        REFUSING,
        /** Accepts, and says nothing. */
        HANGING,
        /** Too many clients already. */
        FULL,
        /** Starting up, or shutting down. */
        NOT_YET,
        /** Breaks the login off somewhere. */
        BREAKING,
        /** Gone, and a server of another cluster answers at its address, if there are nodes. */
        ROGUE
    }

    static final int CLUSTER = 1;
    private static final int OTHER_CLUSTER = 2;

    final World world;
    final int index;
    final List<Backend> backends = new ArrayList<>();
    final Store store;
    private Mode mode = Mode.UP;

    SimServer(World world, int index, Store store) {
        this.world = world;
        this.index = index;
        this.store = store;
    }

    Mode mode() {
        return mode;
    }

    void mode(Mode next) {
        if (next != mode && (next == Mode.ROGUE || mode == Mode.ROGUE)) {
            crash(false);
        }
        mode = next;
    }

    /** The system identifier of who answers at its address. */
    int systemIdentifier() {
        return mode == Mode.ROGUE && !world.cluster().isAlone() ? OTHER_CLUSTER : CLUSTER;
    }

    /** A connection is made; it takes its time. */
    void connect(SimChannel channel) {
        int micros = world.dice().oneIn(20) ? 50_000 : 200;
        world.schedule()
                .after(
                        world.dice().below(micros) * 1_000L,
                        () -> {
                            boolean refuses = mode == Mode.REFUSING;
                            channel.accepted(refuses ? null : new Backend(this));
                        });
    }

    /** Somebody asks to cancel what a backend runs. */
    void cancel(int processId, int secret) {
        for (Backend backend : List.copyOf(backends)) {
            if (backend.number() == processId && backend.secret() == secret) {
                backend.cancel();
            }
        }
    }

    /** Ends all connections, as a restart does. */
    void crash(boolean inOrder) {
        for (Backend backend : List.copyOf(backends)) {
            if (inOrder) {
                backend.shutDown();
            } else {
                backend.vanish();
            }
        }
    }
}
