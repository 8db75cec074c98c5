package dev.weir.pool;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One place in a {@link WaitingLine}. */
final class Waiting {
    /** Null while it is nobody's place. */
    private @Nullable Waiter waiter;

    private long sinceNanos;
    private long number;
    private @Nullable Map<String, String> dedicated;
    private int node;

    /** When its wait began to count, if nothing had held it up. */
    private long patientSinceNanos;

    /** Where it is counted while its server is away. */
    private @Nullable Held held;

    /** Whether it is not to be served before those are who come after it. */
    private boolean kept;

    private boolean notified;
    private boolean opening;

    /** The next of those that are nobody's place. */
    private @Nullable Waiting nextSpare;

    Waiting(Waiter waiter, int node, long nowNanos, long number) {
        begin(waiter, node, nowNanos, number);
    }

    /** Makes it the place of another. */
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

    /** Makes it nobody's place. */
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

    /** The startup parameters of a connection of its own; null if any will do. */
    @Nullable Map<String, String> dedicated() {
        return dedicated;
    }

    boolean cameBefore(Waiting other) {
        return number < other.number;
    }

    /** For how long it has waited, but for the time in which waiting did not count. */
    long patience(long nowNanos) {
        return nowNanos - patientSinceNanos;
    }

    /** Takes back what waiting has counted since {@code fromNanos}. */
    void excuse(long fromNanos, long nowNanos) {
        patientSinceNanos += nowNanos - Math.max(fromNanos, patientSinceNanos);
    }

    /** Whether it stands aside, as transaction blocks do before a switchover. */
    boolean isKept() {
        return kept;
    }

    void isKept(boolean now) {
        kept = now;
    }

    /** Its server is away; counts it once. */
    void isHeld(Held by) {
        if (held == null) {
            held = by;
            by.enters();
        }
    }

    /** Whether it waits because its server is away. */
    boolean isHeld() {
        return held != null;
    }

    /** Its server is back, or it waits no more. */
    void isHeldNoMore() {
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

    /** Whether a connection of its own is being opened. */
    boolean isBeingOpened() {
        return opening;
    }

    void beingOpened(boolean now) {
        opening = now;
    }
}
