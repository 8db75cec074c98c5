package dev.weir.cluster;

import dev.weir.config.ClusterSettings;
import dev.weir.net.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides, from the answers of the nodes, which node is the primary and which replicas may be read.
 * Guarded by the cluster.
 */
final class Judgement {
    /** A tick that is late by more than this shows that this process was suspended. */
    private static final long STOOD_STILL_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** After such a pause, how long an eligible replica is not excluded because of old answers. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /**
     * The number of consecutive failures after which the node itself, and not only the monitor's
     * connection, counts as down.
     */
    private static final int FAILURES = 2;

    /** From here on, times are shown in seconds. */
    private static final long SHOWN_NANOS_MAX = TimeUnit.SECONDS.toNanos(10);

    private final Logger log;
    private final String name;
    private final Clock clock;
    private final Election election;
    private final LsnClock lsns = new LsnClock();
    private long judgedNanos;
    private long wokeNanos;
    private boolean isOver;
    private boolean stoodStill;

    /** When the last poll that the primary has answered was sent; 0 = never. */
    private long primarySeenNanos;

    /** The additional lag that a replica may have, since no primary answers. */
    private long extraNanos;

    /** For how long the primary has not answered; 0 while it does. */
    private long primaryAwayNanos;

    /** The primary is lost: a replica that has all of the known log is as good as it can be. */
    private boolean isPrimaryLost;

    /**
     * @param known earlier knowledge of the cluster; null if there is none
     */
    Judgement(String name, Clock clock, @Nullable KnownPrimary known) {
        this(name, clock, LoggerFactory.getLogger(Judgement.class), known);
    }

    Judgement(String name, Clock clock, Logger log, @Nullable KnownPrimary known) {
        this.name = name;
        this.clock = clock;
        this.log = log;
        this.election = new Election(name, clock, log, known);
    }

    /** Sets whether the nodes are no longer watched, so that their changes are no events. */
    void isOver(boolean over) {
        isOver = over;
        election.isOver(over);
    }

    /** A node has answered: updates its lag, measured by the primary's log. */
    void seen(List<NodeState> nodes, NodeState node, boolean whole, long intervalNanos) {
        Observation now = node.last();
        if (now == null) {
            return;
        }
        if (isPrimary(node) && !now.isInRecovery()) {
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
        elect(nodes, now);
        noticeLoss(nodes, settings, now);
        List<Node> seen = new ArrayList<>(nodes.size());
        for (NodeState node : nodes) {
            judge(node, node == polled, settings, now);
            seen.add(snapshot(node, settings, now));
        }
        return new Topology(
                List.copyOf(seen),
                election.primary(),
                segmentBytes(nodes, before),
                election.systemIdentifier(),
                primaryAwayNanos > 0);
    }

    private int segmentBytes(List<NodeState> nodes, Topology before) {
        int primary = election.primary();
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

    // --- the primary ----------------------------------------------------------------------------

    private void elect(List<NodeState> nodes, long now) {
        if (election.decide(nodes, now) && election.primary() >= 0) {
            lsns.clear();
            Observation last = nodes.get(election.primary()).last();
            if (last != null) {
                lsns.ended(last.lsn(), last.startedNanos());
            }
        }
    }

    /** Which node is the primary, and of what cluster. */
    Election election() {
        return election;
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

    /** Notes for how long the primary has not answered, and what may be read meanwhile. */
    private void noticeLoss(List<NodeState> nodes, ClusterSettings settings, long now) {
        NodeState node = election.primary() < 0 ? null : nodes.get(election.primary());
        Observation last = node == null ? null : node.last();
        boolean isAway = node == null || last == null || node.failures > 0;
        if (!isAway && last != null) {
            primarySeenNanos = last.startedNanos();
        }
        long away = isAway && primarySeenNanos != 0 ? now - primarySeenNanos : 0;
        primaryAwayNanos = away;
        isPrimaryLost = away > 0 && away <= settings.primaryLostGrace().toNanos();
        long extra = settings.staleReadsDuringFailover().toNanos();
        extraNanos = away > 0 && away <= extra ? extra : 0;
    }

    private boolean isPrimary(NodeState node) {
        return node.index() == election.primary();
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
        if (!election.hasIdentity()) {
            return "it is not known yet which cluster this is";
        }
        if (!election.isMember(node, last)) {
            return "another cluster: its system identifier is "
                    + Long.toUnsignedString(last.systemIdentifier())
                    + " (expected: "
                    + Long.toUnsignedString(election.systemIdentifier())
                    + ")";
        }
        if (!last.isInRecovery()) {
            return isPrimary(node)
                    ? "the primary"
                    : "not in recovery, but not the primary" + older(last);
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
        long limit = settings.maxReplicaLag().toNanos();
        long most = limit / part + (limit > 0 ? extraNanos : 0);
        if (lag == Long.MAX_VALUE) {
            return "its lag is not known yet";
        }
        boolean isOverdue = most > 0 && lag > most;
        boolean answers = now - last.startedNanos() <= limit + interval;
        if (isOverdue && answers && lagBytes(node) == 0 && lag <= primaryAwayNanos + interval) {
            return "the primary has not answered for "
                    + primaryAwayNanos / 1_000_000
                    + " ms (primary_lost_grace = "
                    + settings.primaryLostGrace().toMillis()
                    + " ms), so nobody knows how late it is";
        }
        if (isOverdue) {
            return "behind by " + shown(lag) + " (max_replica_lag = " + shown(limit) + ")";
        }
        long bytesMost = settings.maxReplicaLagBytes() / part;
        long bytes = lagBytes(node);
        if (settings.maxReplicaLagBytes() > 0 && bytes > bytesMost && extraNanos == 0) {
            return "behind by "
                    + bytes
                    + " bytes (max_replica_lag_bytes = "
                    + settings.maxReplicaLagBytes()
                    + ")";
        }
        return isOnThisTimeline(node, last)
                ? ""
                : "follows timeline "
                        + (last.timeline() == 0 ? "?" : last.timeline())
                        + " (the primary's is "
                        + election.timeline()
                        + ")";
    }

    /** A time in a unit in which people can read it. */
    private static String shown(long nanos) {
        return nanos < SHOWN_NANOS_MAX ? nanos / 1_000_000 + " ms" : nanos / 1_000_000_000 + " s";
    }

    private String older(Observation last) {
        int highest = election.timeline();
        return last.timeline() < highest
                ? ": its timeline is " + last.timeline() + " (expected: " + highest + ")"
                : "";
    }

    /**
     * Whether a replica's log is part of the primary's: it follows that, or ends before the fork.
     */
    private boolean isOnThisTimeline(NodeState node, Observation last) {
        long fork = election.forkLsn();
        boolean isKnown = last.timeline() > 0;
        if (isKnown ? last.timeline() >= election.timeline() : fork == 0) {
            return true;
        }
        return fork != 0 && Long.compareUnsigned(node.lsn(), fork) <= 0;
    }

    /** Whether a node may be read if need be: all of its log is part of the primary's. */
    private boolean isReadable(NodeState node, @Nullable Observation last) {
        return last != null
                && last.isInRecovery()
                && election.isMember(node, last)
                && isOnThisTimeline(node, last);
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
                isReadable(node, last),
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
