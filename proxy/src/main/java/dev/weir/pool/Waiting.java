package dev.weir.pool;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A place in a {@link WaitingLine}. */
final class Waiting {
    /** Null while it is nobody's place. */
    private @Nullable Waiter waiter;

    private long sinceNanos;
    private long number;
    private @Nullable Map<String, String> dedicated;
    private int node;

    /** When its wait began, moved forward by the time that did not count. */
    private long patientSinceNanos;

    /** Where it is counted while its server is away. */
    private @Nullable Held held;

    /** Whether it stands aside, so that those behind it are served first. */
    private boolean kept;

    private boolean notified;
    private boolean opening;

    /** The next spare place. */
    private @Nullable Waiting nextSpare;

    Waiting(Waiter waiter, int node, long nowNanos, long number) {
        begin(waiter, node, nowNanos, number);
    }

    /** Makes it the place of another waiter. */
    void begin(Waiter who, int atNode, long nowNanos, long itsNumber) {
        assert held == null && !opening;
        waiter = who;
        node = atNode;
        sinceNanos = nowNanos;
        patientSinceNanos = nowNanos;
        number = itsNumber;
        dedicated = who.dedicated();
        notified = false;
        kept = false;
        nextSpare = null;
    }

    /** Makes it a spare place. */
    void end(@Nullable Waiting next) {
        waiter = null;
        dedicated = null;
        nextSpare = next;
    }

    @Nullable Waiting nextSpare() {
        return nextSpare;
    }

    Waiter waiter() {
        return Objects.requireNonNull(waiter);
    }

    /** The node it waits for; {@link ClientShard#PRIMARY} for whichever is the primary. */
    int node() {
        return node;
    }

    void waitForPrimary() {
        node = ClientShard.PRIMARY;
    }

    long sinceNanos() {
        return sinceNanos;
    }

    /** The startup parameters of its dedicated connection; null if any connection will do. */
    @Nullable Map<String, String> dedicated() {
        return dedicated;
    }

    boolean cameBefore(Waiting other) {
        return number < other.number;
    }

    /** How long it has waited, leaving out the time that did not count. */
    long patience(long nowNanos) {
        return nowNanos - patientSinceNanos;
    }

    /** Does not count the time since {@code fromNanos} as waiting. */
    void excuse(long fromNanos, long nowNanos) {
        patientSinceNanos += nowNanos - Math.max(fromNanos, patientSinceNanos);
    }

    /** Whether it stands aside, as transaction blocks do before a switchover. */
    boolean isKept() {
        return kept;
    }

    void keep(boolean now) {
        kept = now;
    }

    /** Counts it, once, as waiting because its server is away. */
    void hold(Held by) {
        if (held == null) {
            held = by;
            by.enters();
        }
    }

    /** Whether it waits because its server is away. */
    boolean isHeld() {
        return held != null;
    }

    /** Its server is back, or it no longer waits. */
    void release() {
        if (held != null) {
            held.leaves();
            held = null;
        }
    }

    /** Tells the waiter that it still waits; once. */
    void notifyOnce() {
        if (!notified) {
            notified = true;
            waiter().stillWaits();
        }
    }

    /** Whether its dedicated connection is being opened. */
    boolean isBeingOpened() {
        return opening;
    }

    void beingOpened(boolean now) {
        opening = now;
    }
}
