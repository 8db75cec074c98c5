package dev.weir.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The pools of connections of a {@link ClientPool}: one for each node, created when it is first
 * needed. Thread-safe.
 */
final class NodePools {
    private final List<NodePool> pools = new CopyOnWriteArrayList<>();

    /** The pools that exist, in no particular order. */
    List<NodePool> all() {
        return pools;
    }

    /** The pool of a node; null if it does not exist yet. */
    @Nullable NodePool find(int node) {
        for (NodePool pool : pools) {
            if (pool.key().node() == node) {
                return pool;
            }
        }
        return null;
    }

    /**
     * The pool of a node, created if it does not exist yet. All callers must hold the same lock, so
     * that none is created twice.
     */
    NodePool get(int node, IntFunction<NodePool> maker) {
        NodePool known = find(node);
        if (known != null) {
            return known;
        }
        NodePool made = maker.apply(node);
        pools.add(made);
        return made;
    }

    /** How many server connections there are, in any state. */
    int size() {
        int size = 0;
        for (NodePool pool : pools) {
            size += pool.size();
        }
        return size;
    }

    /** How many of them are being opened. */
    int opening() {
        int opening = 0;
        for (NodePool pool : pools) {
            opening += pool.opening();
        }
        return opening;
    }

    /** How many server connections there are besides those that are leased. */
    int beside() {
        int beside = 0;
        for (NodePool pool : pools) {
            beside += pool.beside();
        }
        return beside;
    }

    /** The hosts to which no connection can be opened. */
    List<OutageSnapshot> outages() {
        var all = new ArrayList<OutageSnapshot>();
        for (NodePool pool : pools) {
            all.addAll(pool.hosts().snapshots());
        }
        return all;
    }

    boolean haveConnections() {
        for (NodePool pool : pools) {
            if (pool.hasConnections()) {
                return true;
            }
        }
        return false;
    }

    /** Whether any server has ever accepted a connection. */
    boolean haveBeenReached() {
        for (NodePool pool : pools) {
            if (pool.hasBeenReached()) {
                return true;
            }
        }
        return false;
    }
}
