package dev.weir.exchange;

import dev.weir.protocol.BackendTag;
import dev.weir.protocol.ProtocolViolation;
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

    /** The kind of each request in the low bits, and its flags above. */
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

    /** What to do with its answers. */
    Verdict verdict(int position) {
        int flags = flags(position);
        if ((flags & (SWALLOWED | PRIVATE)) != 0) {
            return Verdict.SWALLOW;
        }
        return (flags & ANSWERS_PARSE) != 0 ? Verdict.AS_PARSE_COMPLETE : Verdict.FORWARD;
    }

    /** Whether its errors are also swallowed. */
    boolean isPrivate(int position) {
        return (flags(position) & PRIVATE) != 0;
    }

    private int flags(int position) {
        return slots[index(position)] >> KIND_BITS;
    }

    @Nullable Effect effect(int position) {
        return effects[index(position)];
    }

    /** Whether a request has an effect of this class. */
    boolean has(Class<? extends Effect> kind) {
        for (int i = 0; i < size; i++) {
            if (kind.isInstance(effect(i))) {
                return true;
            }
        }
        return false;
    }

    /** How many requests are answered with a ReadyForQuery for the client. */
    int readyOfClient() {
        int ready = 0;
        for (int i = 0; i < size; i++) {
            ready += request(i).endsReady() && !isPrivate(i) ? 1 : 0;
        }
        return ready;
    }

    /** How many Syncs were sent after the oldest request, a COPY IN, and before its end. */
    int syncsInCopy() {
        int syncs = 0;
        for (int i = 1; i < size && request(i) != Request.COPY_END; i++) {
            syncs += request(i) == Request.SYNC ? 1 : 0;
        }
        return syncs;
    }

    /** The position of that end, if there is nothing but Syncs before it; else -1. */
    int copyEnd() {
        int end = 1;
        while (end < size && request(end) == Request.SYNC) {
            end++;
        }
        return end < size && request(end) == Request.COPY_END ? end : -1;
    }

    /** Whether the end of a COPY was sent after the oldest request. */
    boolean hasCopyEnd() {
        for (int i = 1; i < size; i++) {
            if (request(i) == Request.COPY_END) {
                return true;
            }
        }
        return false;
    }

    /** Tells the observer of the client's requests that the connection has ended. */
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

    /** Notes the error at the first request that the client knows, else at the last. */
    void blame(String sqlState) {
        int at = 0;
        while (at < size - 1 && verdict(at) == Verdict.SWALLOW) {
            at++;
        }
        if (effect(at) instanceof ObservedRequest observed) {
            observed.failing(sqlState);
        }
    }

    /** Drops all, newest first; the effects of the client's are skipped. */
    void abandon() {
        while (!isEmpty()) {
            Effect effect = isPrivate(size - 1) ? null : effect(size - 1);
            dropLast();
            if (effect != null) {
                effect.skipped();
            }
        }
    }

    /** Drops all, newest first: the oldest has failed, and the fate of the others is unknown. */
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

    /** Drops the {@code count} requests after the first one. */
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

    /** What to say of a message of the server that cannot answer the oldest request. */
    ProtocolViolation unexpected(byte tag) {
        String expected = isEmpty() ? "nothing" : "the answer to " + request(0);
        return new ProtocolViolation(
                "unexpected "
                        + BackendTag.name(tag)
                        + " from the server (expected: "
                        + expected
                        + ')');
    }
}
