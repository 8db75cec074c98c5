package dev.weir.catalog;

import dev.weir.sql.StateEffects;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What reaches what: nodes with {@link StateEffects}, which flow along edges until nothing changes.
 */
final class Graph {
    /** What a node stands for; together with a number (an OID, or that of a name) it is the key. */
    enum Kind {
        FUNCTION,
        RELATION,
        TYPE,
        OPERATOR,
        FAMILY,
        PARTITION_KEY,
        NAME,
        EVERY_TEXT
    }

    private static final int ALL = StateEffects.MODIFIES;

    /** Longer paths are cut when they are shown. */
    private static final int PATH_MAX = 12;

    /** A function, relation, name or anything else that has effects. */
    static final class Node {
        private final String label;
        private final List<Edge> edges = new ArrayList<>(2);
        private int effects;
        private boolean waits;

        /** The node that its worst effect came from; null if it is its own. */
        private @Nullable Node from;

        private String how = "";

        private Node(String label) {
            this.label = label;
        }

        int effects() {
            return effects;
        }
    }

    /**
     * How effects pass from the used node to the user.
     *
     * @param on the occasions on which the user uses the used node; SAME passes on all unchanged
     * @param at the occasions on which the user then has the effects; 0 = always
     */
    private record Edge(Node user, int on, int at, String how) {
        private static final int SAME = -1;

        int pass(int effects) {
            if (on == SAME) {
                return effects;
            }
            int passed = StateEffects.inside(StateEffects.of(effects, on));
            return at == 0 ? passed : StateEffects.on(passed, at);
        }
    }

    private final Map<Long, Node> nodes = new HashMap<>(4_096);
    private final Deque<Node> waiting = new ArrayDeque<>();

    private static long key(Kind kind, int number) {
        return (long) kind.ordinal() << Integer.SIZE | number & 0xFFFF_FFFFL;
    }

    /** The node, created if there is none. */
    Node node(Kind kind, int number, String label) {
        return nodes.computeIfAbsent(key(kind, number), _ -> new Node(label));
    }

    @Nullable Node find(Kind kind, int number) {
        return nodes.get(key(kind, number));
    }

    /** Gives a node effects of its own. */
    void seed(Node node, int effects, String why) {
        gain(node, effects, null, why);
    }

    /** The user has the effects of the used node, on the same occasions. */
    void same(@Nullable Node used, @Nullable Node user, String how) {
        connect(used, user, Edge.SAME, 0, how);
    }

    /**
     * The user has the effects that the used node has on any occasion; always, or {@code at} some.
     */
    void uses(@Nullable Node used, @Nullable Node user, int at, String how) {
        connect(used, user, ALL, at, how);
    }

    /**
     * The user uses the used node on occasions {@code on}, and has the effects {@code at} others.
     */
    void connect(@Nullable Node used, @Nullable Node user, int on, int at, String how) {
        if (used != null && user != null && used != user) {
            used.edges.add(new Edge(user, on, at, how));
        }
    }

    private void gain(Node node, int effects, @Nullable Node from, String how) {
        int more = effects & ~node.effects;
        if (more == 0) {
            return;
        }
        int before = StateEffects.ever(node.effects);
        node.effects |= more;
        if (before == 0 || StateEffects.ever(more) > before) {
            node.from = from;
            node.how = how;
        }
        if (!node.waits) {
            node.waits = true;
            waiting.add(node);
        }
    }

    /** Propagates all effects. */
    void close() {
        while (!waiting.isEmpty()) {
            Node node = waiting.remove();
            node.waits = false;
            for (Edge edge : node.edges) {
                gain(edge.user, edge.pass(node.effects), node, edge.how);
            }
        }
    }

    int size() {
        return nodes.size();
    }

    /** How a node got its effects: {@code t: trigger a → f: calls → set_config: sets …}. */
    static String path(Node node) {
        var path = new StringBuilder();
        Node at = node;
        for (int i = 0; i < PATH_MAX; i++) {
            Node from = at.from;
            if (!at.label.isEmpty()) {
                path.append(path.isEmpty() ? "" : " → ").append(at.label);
                path.append(at.how.isEmpty() ? "" : " (" + at.how + ')');
            }
            if (from == null) {
                return path.toString();
            }
            at = from;
        }
        return path.append(" → …").toString();
    }
}
