package dev.weir.cluster;

import dev.weir.config.ServerAddress;
import dev.weir.net.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Which cluster this is, and which node is its primary: the one that is not in recovery and has the
 * highest timeline that was ever seen. Guarded by the cluster.
 */
final class Election {
    /*
     * A timeline has one primary. The node that was found on it remains the primary, whether it
     * answers or not, until a node has a higher timeline or the operator has all this forgotten.
     */

    /** How long a cold start waits for nodes that neither answer nor refuse. */
    private static final long COLD_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final int NONE = -1;

    private final Logger log;
    private final String name;
    private final long startedNanos;
    private long systemIdentifier;
    private boolean hasIdentity;
    private int primary = NONE;

    /** The highest ever seen, and the node that has it; 0 and null = none yet. */
    private int timeline;

    private @Nullable ServerAddress holder;

    /** Where the timeline of the primary begins; 0 = not known. */
    private long forkLsn;

    /** The nodes that were configured when the cluster was last seen. */
    private List<ServerAddress> nodesOfIdentity = List.of();

    /** The last complaint in the log. */
    private String complaint = "";

    /** Whether the nodes are no longer watched, so that their changes are no events. */
    private boolean isOver;

    Election(String name, Clock clock, Logger log, @Nullable KnownPrimary known) {
        this.name = name;
        this.log = log;
        this.startedNanos = clock.nanoTime();
        if (known != null) {
            hasIdentity = true;
            systemIdentifier = known.systemIdentifier();
            timeline = known.timeline();
            holder = known.primary();
            nodesOfIdentity = known.nodes();
        }
    }

    /** Decides from the last answers of the nodes. Returns whether the primary has changed. */
    boolean decide(List<NodeState> nodes, long now) {
        identify(nodes, now);
        int before = primary;
        if (hasIdentity && (primary >= 0 || isHeardOut(nodes, now))) {
            elect(nodes);
        }
        return primary != before;
    }

    /** Forgets the identity and the primary of the cluster. */
    void forget() {
        hasIdentity = false;
        systemIdentifier = 0;
        timeline = 0;
        holder = null;
        forkLsn = 0;
        primary = NONE;
        complaint = "";
    }

    void isOver(boolean over) {
        isOver = over;
    }

    /** The index of the primary; negative if there is none. */
    int primary() {
        return primary;
    }

    /** The highest timeline that was ever seen; 0 if none was. */
    int timeline() {
        return timeline;
    }

    /** Where the primary's timeline left the previous one; 0 if unknown. */
    long forkLsn() {
        return forkLsn;
    }

    boolean hasIdentity() {
        return hasIdentity;
    }

    /** The system identifier of the cluster; 0 while it is unknown. */
    long systemIdentifier() {
        return systemIdentifier;
    }

    boolean isMember(NodeState node, Observation last) {
        return node.isConfigured && hasIdentity && last.systemIdentifier() == systemIdentifier;
    }

    /** What must not be forgotten; null if nothing is known yet. */
    @Nullable KnownPrimary known() {
        return !hasIdentity || timeline == 0
                ? null
                : new KnownPrimary(systemIdentifier, timeline, holder, nodesOfIdentity);
    }

    // --- identity -----------------------------------------------------------------------------

    /**
     * Takes the system identifier that most nodes report as that of the cluster; other nodes are
     * excluded. Another one takes its place only if other nodes are configured.
     */
    private void identify(List<NodeState> nodes, long now) {
        List<ServerAddress> configured = configured(nodes);
        if (configured.isEmpty()) {
            return;
        }
        if (hasIdentity && isSeen(nodes)) {
            nodesOfIdentity = configured;
            return;
        }
        long most = majority(nodes);
        if (most == 0 || !isHeardOut(nodes, now)) {
            return;
        }
        if (hasIdentity && isSame(configured, nodesOfIdentity)) {
            complain(
                    "another cluster: the system identifier is "
                            + Long.toUnsignedString(most)
                            + " (expected: "
                            + Long.toUnsignedString(systemIdentifier)
                            + "); FORGET CLUSTER takes it");
            return;
        }
        forget();
        hasIdentity = true;
        systemIdentifier = most;
        nodesOfIdentity = configured;
        log.info(
                "cluster_identified database={} system_identifier={}",
                name,
                Long.toUnsignedString(systemIdentifier));
    }

    private static List<ServerAddress> configured(List<NodeState> nodes) {
        List<ServerAddress> all = new ArrayList<>();
        for (NodeState node : nodes) {
            if (node.isConfigured) {
                all.add(node.address());
            }
        }
        return all;
    }

    private static boolean isSame(List<ServerAddress> one, List<ServerAddress> other) {
        return new HashSet<>(one).equals(new HashSet<>(other));
    }

    /** Whether some node belonged to the cluster at its last answer. */
    private boolean isSeen(List<NodeState> nodes) {
        for (NodeState node : nodes) {
            Observation last = node.last();
            if (last != null && isMember(node, last)) {
                return true;
            }
        }
        return false;
    }

    /** The identifier reported by most of the nodes that answer; 0 if none does. */
    private static long majority(List<NodeState> nodes) {
        Map<Long, Integer> votes = new LinkedHashMap<>();
        for (NodeState node : nodes) {
            Observation last = node.last();
            if (node.isConfigured && last != null && node.failures == 0) {
                votes.merge(last.systemIdentifier(), 1, Integer::sum);
            }
        }
        long first = 0;
        int most = 0;
        for (var vote : votes.entrySet()) {
            if (vote.getValue() > most) {
                most = vote.getValue();
                first = vote.getKey();
            }
        }
        return first;
    }

    /** Whether every node has answered or refused, or has had enough time to. */
    private boolean isHeardOut(List<NodeState> nodes, long now) {
        for (NodeState node : nodes) {
            if (node.isConfigured && node.attempts == 0) {
                return now - startedNanos > COLD_NANOS;
            }
        }
        return true;
    }

    // --- the primary --------------------------------------------------------------------------

    private void elect(List<NodeState> nodes) {
        NodeState best = null;
        boolean isTied = false;
        var complaints = new StringBuilder();
        for (NodeState node : nodes) {
            Observation last = node.last();
            if (last == null || !isMember(node, last) || last.isInRecovery()) {
                continue;
            }
            boolean isNow = node.index() == primary;
            if (!isNow && node.failures > 0) {
                continue; // what it was may be long ago
            }
            String why = whyNot(node, last, nodes);
            if (!why.isEmpty()) {
                complaints.append(node.address()).append(": ").append(why).append("; ");
                continue;
            }
            if (best == null || timelineOf(best) < last.timeline()) {
                best = node;
                isTied = false;
            } else if (timelineOf(best) == last.timeline()) {
                boolean isFirst = best.index() == primary || best.address().equals(holder);
                best = isNow || !isFirst && node.address().equals(holder) ? node : best;
                isTied = !isNow && !isFirst && best != node;
            }
        }
        if (isTied && best != null) {
            complaints
                    .append("several nodes are primaries of timeline ")
                    .append(timelineOf(best))
                    .append(", and none is taken until all but one are stopped");
            timeline = timelineOf(best);
            holder = null;
            forkLsn = 0;
            best = null;
        }
        become(best, nodes);
        complain(complaints.toString().replaceFirst("; $", ""));
    }

    private static int timelineOf(@Nullable NodeState node) {
        Observation last = node == null ? null : node.last();
        return last == null ? 0 : last.timeline();
    }

    /** Why a node that considers itself the primary is not; empty if it may be. */
    private String whyNot(NodeState node, Observation last, List<NodeState> nodes) {
        if (last.timeline() < timeline) {
            return "its timeline is "
                    + last.timeline()
                    + ", and there was a primary of timeline "
                    + timeline;
        }
        ServerAddress of = holder;
        boolean isHeld = of != null && !of.equals(node.address()) && configured(nodes).contains(of);
        return isHeld && last.timeline() == timeline
                ? "timeline " + timeline + " is that of " + of + "; FORGET CLUSTER takes it"
                : "";
    }

    private void become(@Nullable NodeState best, List<NodeState> nodes) {
        int next = best == null ? NONE : best.index();
        if (next != primary && !isOver) {
            log.info(
                    "primary_changed database={} from={} to={} timeline={}",
                    name,
                    primary < 0 ? "none" : nodes.get(primary).address(),
                    best == null ? "none" : best.address(),
                    best == null ? timeline : timelineOf(best));
        }
        primary = next;
        Observation last = best == null ? null : best.last();
        if (best != null && last != null) {
            if (last.timeline() > timeline || last.forkLsn() != 0) {
                forkLsn = last.forkLsn();
            }
            timeline = last.timeline();
            holder = best.address();
        }
    }

    private void complain(String now) {
        if (!now.isEmpty() && !now.equals(complaint) && !isOver) {
            log.warn("primary_refused database={} reason=\"{}\"", name, now);
        }
        complaint = now;
    }
}
