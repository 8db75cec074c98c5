package dev.weir.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The pools of connections of a {@link ClientPool}: one for each node, made when it is needed
 * first. Thread-safe.
 */
final class NodePools {
    private final List<NodePool> pools = new CopyOnWriteArrayList<>();

    /** Those that were made, in no order. */
    List<NodePool> all() {
        return pools;
    }

    /** The pool of a node; null if nobody has needed it. */
    @Nullable NodePool find(int node) {
        for (NodePool pool : pools) {
            if (pool.key().node() == node) {
                return pool;
            }
        }
        return null;
    }

    /**
     * The pool of a node, made if nobody has needed it. All callers hold the same lock, so that
     * none is made twice.
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

    /** How many server connections there are beside those that are leased. */
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
