package dev.weir.bench.failover;

import dev.weir.pgkit.Wire;
import java.util.ArrayList;
import java.util.List;

/** Whether everything has come back once all clients have left. */
final class AtRest {
    private static final int CLIENTS = 2;
    private static final int WAITING = 3;
    private static final int ACTIVE = 6;

    private final Scene scene;

    AtRest(Scene scene) {
        this.scene = scene;
    }

    void check() {
        if (!Wait.isSoon(this::isAtRest)) {
            scene.found("clients or leases are left: " + pools());
            return;
        }
        serves();
    }

    private List<List<String>> pools() {
        return scene.show("POOLS").stream()
                .filter(row ->
                        row.getFirst().equals(Scene.SHARED) || row.getFirst().equals(Scene.OWN))
                .toList();
    }

    private boolean isAtRest() {
        return pools().stream()
                .allMatch(row ->
                        row.get(CLIENTS).equals("0")
                                && row.get(WAITING).equals("0")
                                && row.get(ACTIVE).equals("0"));
    }

    /** As many as the pool may have are served at the same time. */
    private void serves() {
        var talks = new ArrayList<Talk>();
        try {
            for (int i = 0; i < Scene.POOL_SIZE; i++) {
                talks.add(Talk.begin(scene.port(), Scene.SHARED, "last"));
            }
            for (Talk talk : talks) {
                talk.send(Wire.query("BEGIN"));
                talk.answer(1);
                talk.query("SELECT txid_current()"); // holds its connection
            }
        } catch (RuntimeException e) {
            scene.found(talks.size() + " of " + Scene.POOL_SIZE + " are served at once: " + e);
        } finally {
            talks.forEach(Talk::close);
        }
    }
}
