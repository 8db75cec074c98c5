package dev.weir.cluster;

import dev.weir.config.ClusterSettings;
import dev.weir.net.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides, from the answers of the nodes, which node is the primary and which replicas may be read.
 * Guarded by the cluster.
 */
final class Judgement {
    /** How long a cold start waits for nodes that neither answer nor refuse. */
    private static final long COLD_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** A tick that is late by more than this shows that this process was suspended. */
    private static final long STOOD_STILL_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** After such a pause, how long an eligible replica is not excluded because of old answers. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /**
     * The number of consecutive failures after which the node itself, and not only the monitor's
     * connection, counts as down.
     */
    private static final int FAILURES = 2;

    private final Logger log;
    private final String name;
    private final Clock clock;
    private final long startedNanos;
    private final LsnClock lsns = new LsnClock();
    private long judgedNanos;
    private long wokeNanos;

    /** Whether nobody watches the nodes any more, so that what becomes of them is no event. */
    boolean isOver;

    private boolean stoodStill;

    /** A replica that has all of the log, as far as it is known, is as good as it can be then. */
    private boolean isPrimaryLost;

    private long systemIdentifier;
    private boolean hasIdentity;
    private int primary = -1;
    private int timeline;

    Judgement(String name, Clock clock) {
        this(name, clock, LoggerFactory.getLogger(Judgement.class));
    }

    Judgement(String name, Clock clock, Logger log) {
        this.name = name;
        this.clock = clock;
        this.log = log;
        startedNanos = clock.nanoTime();
    }

    /** A node has answered: updates its lag, measured by the primary's log. */
    void seen(List<NodeState> nodes, NodeState node, boolean whole, long intervalNanos) {
        Observation now = node.last();
        if (now == null) {
            return;
        }
        if (node.index() == primary && !now.isInRecovery()) {
            lsns.ended(now.lsn(), now.startedNanos());
            if (whole) {
                match(nodes, now.standbys());
            }
        } else if (now.isInRecovery()) {
            long lag = lsns.lagNanos(node.lsn(), now.startedNanos());
            boolean hasAll = lagBytes(node) == 0; // as far as known from the last poll
            node.lag(hasAll ? Math.max(0, lag - intervalNanos) : lag);
        }
    }

    private void match(List<NodeState> nodes, List<Standby> rows) {
        var owners = new HashMap<Standby, NodeState>();
        for (NodeState node : nodes) {
            Standby row = node.isReplica() ? StandbyMatch.find(rows, node) : null;
            NodeState other = row == null ? null : owners.putIfAbsent(row, node);
            node.standby = other == null ? row : null;
            if (other != null) {
                other.standby =
                        null; // one of them is not streaming, and there is no way to tell which
            }
        }
    }

    /**
     * Returns the next snapshot.
     *
     * @param polled the node that has just answered; null if only time has passed
     */
    Topology topology(
            List<NodeState> nodes,
            @Nullable NodeState polled,
            ClusterSettings settings,
            Topology before) {
        long now = clock.nanoTime();
        noticeStandstill(now, settings.lagCheckInterval().toNanos());
        identify(nodes, now);
        elect(nodes, now);
        noticeLoss(nodes, settings, now);
        List<Node> seen = new ArrayList<>(nodes.size());
        for (NodeState node : nodes) {
            judge(node, node == polled, settings, now);
            seen.add(snapshot(node, settings, now));
        }
        return new Topology(List.copyOf(seen), primary, segmentBytes(nodes, before));
    }

    private int segmentBytes(List<NodeState> nodes, Topology before) {
        Observation last = primary < 0 ? null : nodes.get(primary).last();
        return last == null ? before.walSegmentBytes() : last.walSegmentBytes();
    }

    /**
     * Detects that this process itself was suspended: every answer is then old, and no node is to
     * blame.
     */
    private void noticeStandstill(long now, long interval) {
        if (judgedNanos != 0 && now - judgedNanos > interval + STOOD_STILL_NANOS) {
            log.info("stood_still database={} ms={}", name, (now - judgedNanos) / 1_000_000);
            wokeNanos = now;
            stoodStill = true;
        }
        judgedNanos = now;
        stoodStill &= now - wokeNanos < GRACE_NANOS;
    }

    // --- identity of the cluster, and its primary -----------------------------------------------

    /**
     * Takes the system identifier that most nodes report as that of the cluster; other nodes are
     * excluded.
     */
    private void identify(List<NodeState> nodes, long now) {
        Map<Long, Integer> votes = new HashMap<>();
        for (NodeState node : nodes) {
            Observation last = node.last();
            if (node.isConfigured && last != null) {
                votes.merge(last.systemIdentifier(), 1, Integer::sum);
            }
        }
        if (votes.isEmpty()
                || hasIdentity && votes.containsKey(systemIdentifier)
                || !isHeardOut(nodes, now)) {
            return;
        }
        int most = 0;
        for (NodeState node : nodes) {
            Observation last = node.last();
            int count = last == null ? 0 : votes.getOrDefault(last.systemIdentifier(), 0);
            if (last != null && count > most) {
                most = count;
                systemIdentifier = last.systemIdentifier();
                hasIdentity = true;
            }
        }
        log.info("cluster_identified database={} system_identifier={}", name, systemIdentifier);
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

    /**
     * Makes the node that is not in recovery and has the highest timeline the primary; if there are
     * several, the current primary stays.
     */
    private void elect(List<NodeState> nodes, long now) {
        if (!hasIdentity || primary < 0 && !isHeardOut(nodes, now)) {
            return;
        }
        int best = -1;
        int highest = 0;
        for (NodeState node : nodes) {
            Observation last = node.last();
            if (last == null || !isMember(node, last) || last.isInRecovery()) {
                continue;
            }
            boolean isNow = node.index() == primary && last.timeline() == highest;
            if (last.timeline() > highest || isNow) {
                best = node.index();
                highest = last.timeline();
            }
        }
        timeline = Math.max(timeline, highest);
        if (best != primary) {
            if (!isOver) {
                log.info(
                        "primary_changed database={} from={} to={} timeline={}",
                        name,
                        primary < 0 ? "none" : nodes.get(primary).address(),
                        best < 0 ? "none" : nodes.get(best).address(),
                        highest);
            }
            primary = best;
            lsns.clear();
            Observation last = best < 0 ? null : nodes.get(best).last();
            if (last != null) {
                lsns.ended(last.lsn(), last.startedNanos());
            }
        }
    }

    /** The system identifier of the cluster; 0 while it is unknown. */
    long systemIdentifier() {
        return systemIdentifier;
    }

    private boolean isMember(NodeState node, Observation last) {
        return node.isConfigured && last.systemIdentifier() == systemIdentifier;
    }

    // --- eligible replicas ----------------------------------------------------------------------

    private void judge(NodeState node, boolean isPoll, ClusterSettings settings, long now) {
        String wrong = wrong(node, settings, now, 1);
        if (stoodStill && node.isEligible && !wrong.isEmpty() && node.failures < FAILURES) {
            return;
        }
        boolean isClose = wrong.isEmpty() && wrong(node, settings, now, 2).isEmpty();
        if (node.judge(wrong, isClose, isPoll, now)) {
            if (node.isEligible) {
                log.info("replica_in database={} node={}", name, node.address());
            } else if (!isOver && !isPrimary(node)) {
                log.warn(
                        "replica_out database={} node={} reason=\"{}\"",
                        name,
                        node.address(),
                        node.whyNot);
            }
        }
    }

    /** Whether the primary cannot be asked, for not too long. */
    private void noticeLoss(List<NodeState> nodes, ClusterSettings settings, long now) {
        NodeState node = primary < 0 ? null : nodes.get(primary);
        Observation last = node == null ? null : node.last();
        isPrimaryLost =
                node != null
                        && last != null
                        && node.failures > 0
                        && now - last.startedNanos() <= settings.primaryLostGrace().toNanos();
    }

    private boolean isPrimary(NodeState node) {
        return node.index() == primary;
    }

    /**
     * Why a node may not be read when the lag limits are divided by {@code part}; empty if it may.
     */
    private String wrong(NodeState node, ClusterSettings settings, long now, int part) {
        Observation last = node.last();
        if (!node.isConfigured) {
            return "not in nodes any more";
        }
        if (last == null) {
            return node.error.isEmpty() ? "not asked yet" : node.error;
        }
        if (!hasIdentity) {
            return "it is not known yet which cluster this is";
        }
        if (last.systemIdentifier() != systemIdentifier) {
            return "another cluster: its system identifier is "
                    + last.systemIdentifier()
                    + " (expected: "
                    + systemIdentifier
                    + ")";
        }
        if (!last.isInRecovery()) {
            return isPrimary(node) ? "the primary" : "not in recovery, but not the primary";
        }
        if (node.failures >= FAILURES) {
            return "does not answer: " + node.error;
        }
        return tooLate(node, last, settings, now, part);
    }

    private String tooLate(
            NodeState node, Observation last, ClusterSettings settings, long now, int part) {
        long interval = settings.lagCheckInterval().toNanos();
        long lag =
                isPrimaryLost && lagBytes(node) == 0
                        ? Math.max(0, now - last.startedNanos() - interval)
                        : node.lagNanos(now, interval);
        long most = settings.maxReplicaLag().toNanos() / part;
        if (lag == Long.MAX_VALUE) {
            return "its lag is not known yet";
        }
        if (most > 0 && lag > most) {
            return "behind by "
                    + lag / 1_000_000
                    + " ms (max_replica_lag = "
                    + settings.maxReplicaLag().toMillis()
                    + " ms)";
        }
        long bytesMost = settings.maxReplicaLagBytes() / part;
        long bytes = lagBytes(node);
        if (settings.maxReplicaLagBytes() > 0 && bytes > bytesMost) {
            return "behind by "
                    + bytes
                    + " bytes (max_replica_lag_bytes = "
                    + settings.maxReplicaLagBytes()
                    + ")";
        }
        return last.timeline() > 0 && last.timeline() < timeline
                ? "follows timeline " + last.timeline() + " (the primary's is " + timeline + ")"
                : "";
    }

    private long lagBytes(NodeState node) {
        return Math.max(0, lsns.end() - node.lsn());
    }

    private Node snapshot(NodeState node, ClusterSettings settings, long now) {
        Observation last = node.last();
        boolean isPrimary = isPrimary(node);
        long lag = node.lagNanos(now, settings.lagCheckInterval().toNanos());
        return new Node(
                node.index(),
                node.address().toString(),
                isPrimary,
                node.isEligible,
                node.isEligible || isPrimary ? "" : node.whyNot,
                node.lsn(),
                last == null ? now : last.startedNanos(),
                isPrimary || last == null ? 0 : lagBytes(node),
                isPrimary ? 0 : lag,
                last == null ? 0 : last.timeline(),
                node.weight,
                node.latencyNanos(),
                node.eligibleSinceNanos);
    }
}
