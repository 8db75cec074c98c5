package dev.weir.exchange;

import org.jspecify.annotations.Nullable;

/**
 * The requests that are not answered yet, oldest first: a ring that grows as needed. Positions
 * count from the oldest, which is at 0.
 */
final class RequestRing {
    static final int SWALLOWED = 1;
    static final int PRIVATE = 2;
    static final int ANSWERS_PARSE = 4;

    private static final int KIND_BITS = 4;
    private static final int KIND_MASK = (1 << KIND_BITS) - 1;
    private static final int CAPACITY_MIN = 16;

    /** The kind of each request, and its flags above that. */
    private byte[] slots = new byte[CAPACITY_MIN];

    private @Nullable Effect[] effects = new Effect[CAPACITY_MIN];
    private int head;
    private int size;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    Request request(int position) {
        return Request.VALUES[slots[index(position)] & KIND_MASK];
    }

    /** What is to become of its answers. */
    Verdict verdict(int position) {
        int flags = flags(position);
        if ((flags & (SWALLOWED | PRIVATE)) != 0) {
            return Verdict.SWALLOW;
        }
        return (flags & ANSWERS_PARSE) != 0 ? Verdict.AS_PARSE_COMPLETE : Verdict.FORWARD;
    }

    /** Whether its errors are swallowed, too. */
    boolean isPrivate(int position) {
        return (flags(position) & PRIVATE) != 0;
    }

    private int flags(int position) {
        return slots[index(position)] >> KIND_BITS;
    }

    @Nullable Effect effect(int position) {
        return effects[index(position)];
    }

    /** Whether one of them has such an effect. */
    boolean has(Class<? extends Effect> kind) {
        for (int i = 0; i < size; i++) {
            if (kind.isInstance(effect(i))) {
                return true;
            }
        }
        return false;
    }

    /** How many of them end with a ReadyForQuery that is the client's. */
    int readyOfClient() {
        int ready = 0;
        for (int i = 0; i < size; i++) {
            ready += request(i).endsReady() && !isPrivate(i) ? 1 : 0;
        }
        return ready;
    }

    /** How many Syncs were sent behind the oldest, a COPY IN, and before its end. */
    int syncsInCopy() {
        int syncs = 0;
        for (int i = 1; i < size && request(i) != Request.COPY_END; i++) {
            syncs += request(i) == Request.SYNC ? 1 : 0;
        }
        return syncs;
    }

    /** Where that end is, if there is nothing but Syncs before it; else -1. */
    int copyEnd() {
        int end = 1;
        while (end < size && request(end) == Request.SYNC) {
            end++;
        }
        return end < size && request(end) == Request.COPY_END ? end : -1;
    }

    /** Whether the end of a COPY was sent behind the oldest. */
    boolean hasCopyEnd() {
        for (int i = 1; i < size; i++) {
            if (request(i) == Request.COPY_END) {
                return true;
            }
        }
        return false;
    }

    /** Tells the observer of those of a client's that the connection has ended. */
    void lost(@Nullable String sqlState) {
        for (int i = 0; i < size; i++) {
            if (effect(i) instanceof ObservedRequest observed) {
                if (i == 0 && sqlState != null) {
                    observed.failing(sqlState);
                }
                observed.lost();
            }
        }
    }

    /** Notes the error of the first that is not hidden from the client, else of the last. */
    void blame(String sqlState) {
        int at = 0;
        while (at < size - 1 && verdict(at) == Verdict.SWALLOW) {
            at++;
        }
        if (effect(at) instanceof ObservedRequest observed) {
            observed.failing(sqlState);
        }
    }

    /** Drops all, newest first; those of a client's are told that the server never saw them. */
    void abandon() {
        while (!isEmpty()) {
            Effect effect = isPrivate(size - 1) ? null : effect(size - 1);
            dropLast();
            if (effect != null) {
                effect.skipped();
            }
        }
    }

    /** Drops all, newest first: the oldest has failed, and nobody knows what became of the rest. */
    void doubt() {
        while (!isEmpty()) {
            Effect effect = effect(size - 1);
            dropLast();
            if (effect instanceof ObservedRequest observed) {
                observed.doubt();
            }
            if (effect != null && isEmpty()) {
                effect.failed();
            } else if (effect != null) {
                effect.skipped();
            }
        }
    }

    void append(Request request, int flags, @Nullable Effect effect) {
        if (size == slots.length) {
            grow();
        }
        int at = index(size++);
        slots[at] = (byte) (request.code() | flags << KIND_BITS);
        effects[at] = effect;
    }

    void dropFirst() {
        effects[head] = null;
        head = index(1);
        size--;
    }

    void dropLast() {
        effects[index(--size)] = null;
    }

    /** Drops {@code count} requests behind the first one. */
    void dropBehindFirst(int count) {
        byte slot = slots[head];
        Effect effect = effects[head];
        for (int i = 0; i < count; i++) {
            dropFirst();
        }
        slots[head] = slot;
        effects[head] = effect;
    }

    private int index(int position) {
        return head + position & slots.length - 1;
    }

    private void grow() {
        byte[] moreSlots = new byte[slots.length * 2];
        @Nullable Effect[] moreEffects = new Effect[slots.length * 2];
        for (int i = 0; i < size; i++) {
            moreSlots[i] = slots[index(i)];
            moreEffects[i] = effects[index(i)];
        }
        slots = moreSlots;
        effects = moreEffects;
        head = 0;
    }
}
