package dev.weir.sql;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The statement texts of one event loop, each kept once and lexed once. Looked up by the bytes
 * where they stand in a read; a hit copies and allocates nothing.
 *
 * <p>The text of a Parse is kept when it comes first: it is likely to come again. That of a Query
 * is kept when it comes a second time, because most have literals in them and never do. At most
 * {@link #BYTES_MAX} bytes are kept; beyond that, texts that were not looked up lately give way.
 *
 * <p>Confined to its loop.
 */
public final class Texts {
    /*
     *            slots (a power of two, at most half of them taken)
     *   hash ──▶ [ A | B |   | C | … ]    a text stands at its hash or in the next free slot
     *                  ▲
     *                  hand: to make room it moves on, spares a text that was used since it came by
     *                        last, and removes the first that was not
     *
     *   seen[hash] ── the hash of the last Query that came there and was not kept
     */

    /** What the kept texts may take in memory, in bytes, about. */
    public static final int BYTES_MAX = 4 * 1024 * 1024;

    private static final int SLOTS_MIN = 64;
    private static final int SEEN = 2_048;

    /** So many texts the hand spares at most to make room once, so that no client waits for it. */
    private static final int SPARED_MAX = 64;

    private final long seed;
    private final int bytesMax;
    private final TextReader reader = new TextReader();
    private final long[] seen = new long[SEEN];

    private @Nullable Text[] slots = new Text[SLOTS_MIN];
    private int size;
    private int bytes;
    private int hand;

    /**
     * Starts empty.
     *
     * @param seed a random number that no client can know
     */
    public Texts(long seed) {
        this(seed, BYTES_MAX);
    }

    Texts(long seed, int bytesMax) {
        this.seed = seed;
        this.bytesMax = bytesMax;
    }

    /**
     * Returns the text of a Parse, and keeps it. Borrows {@code in}.
     *
     * @param start where the text begins
     * @param length its bytes, without the NUL that ends it
     * @param end where the message ends; the parameter types stand behind the NUL
     */
    public Text parse(ByteBuf in, int start, int length, int end, LexicalRules rules) {
        LexicalRules under = rules.of(in, start, length);
        int types = end - start - length - 1;
        long hash = hash(in, start, length, types);
        Text text = find(in, start, length, types, under, hash);
        if (text == null) {
            text = new Text(in, start, length, types, under, hash, reader);
            keep(text);
        }
        return text;
    }

    /**
     * Returns the text of a Query, which is about to run: null when it comes the first time. Then
     * {@link #facts} tells what it may do. Borrows {@code in}.
     */
    public @Nullable Text query(ByteBuf in, int start, int length, LexicalRules rules) {
        if (length > Classifier.TEXT_BYTES_MAX) {
            return null;
        }
        LexicalRules under = rules.of(in, start, length);
        long hash = hash(in, start, length);
        Text text = find(in, start, length, Text.QUERY, under, hash);
        if (text == null && isSeen(hash)) {
            text = new Text(in, start, length, Text.QUERY, under, hash, reader);
            keep(text);
        }
        return text;
    }

    /**
     * Returns what a text may do to the session that runs it. Looks at the text each time; the
     * answer is valid until the next use. Borrows {@code in}.
     */
    public StatementFacts facts(ByteBuf in, int start, int length, LexicalRules rules) {
        return reader.facts(in, start, length, rules);
    }

    /**
     * Returns what a text asks of the node that runs it. Looks at the text unless it is kept, and
     * does not keep it. Borrows {@code in}.
     */
    public Access access(ByteBuf in, int start, int length, LexicalRules rules) {
        if (length > Classifier.TEXT_BYTES_MAX) {
            return Access.TOO_LONG;
        }
        LexicalRules under = rules.of(in, start, length);
        Text text = find(in, start, length, Text.QUERY, under, hash(in, start, length));
        return text == null ? reader.access(in, start, length, under) : text.access();
    }

    /**
     * Remembers that a standby refused the text of a Query. Returns what it is. Borrows {@code in}.
     */
    public Access refused(ByteBuf in, int start, int length, LexicalRules rules) {
        LexicalRules under = rules.of(in, start, length);
        long hash = hash(in, start, length);
        Text text = find(in, start, length, Text.QUERY, under, hash);
        if (text == null) {
            text = new Text(in, start, length, Text.QUERY, under, hash, reader);
            keep(text);
        }
        return text.refused();
    }

    /** How many texts are kept. */
    public int size() {
        return size;
    }

    /** What they take in memory, in bytes, about. */
    public int bytes() {
        return bytes;
    }

    private boolean isSeen(long hash) {
        int at = (int) (hash >>> 32) & SEEN - 1;
        boolean known = seen[at] == hash;
        seen[at] = hash;
        return known;
    }

    private long hash(ByteBuf in, int start, int length) {
        return TextHash.of(in, start, length, seed);
    }

    private long hash(ByteBuf in, int start, int length, int types) {
        long hash = hash(in, start, length);
        int at = start + length + 1;
        return Text.declaresTypes(in, at, types) ? hash ^ TextHash.of(in, at, types, ~seed) : hash;
    }

    private @Nullable Text find(
            ByteBuf in, int start, int length, int types, LexicalRules rules, long hash) {
        int mask = slots.length - 1;
        for (int at = (int) hash & mask; ; at = at + 1 & mask) {
            Text text = slots[at];
            if (text == null) {
                return null;
            } else if (text.is(in, start, length, types, rules, hash)) {
                text.use();
                return text;
            }
        }
    }

    private void keep(Text text) {
        int weight = text.weight();
        if (weight > bytesMax) {
            return;
        }
        while (bytes + weight > bytesMax) {
            makeRoom();
        }
        if (2 * (size + 1) > slots.length) {
            grow();
        }
        insert(text);
        size++;
        bytes += weight;
    }

    private void insert(Text text) {
        int mask = slots.length - 1;
        int at = (int) text.hash() & mask;
        while (slots[at] != null) {
            at = at + 1 & mask;
        }
        slots[at] = text;
    }

    private void grow() {
        @Nullable Text[] old = slots;
        slots = new Text[old.length * 2];
        hand = 0;
        for (Text text : old) {
            if (text != null) {
                insert(text);
            }
        }
    }

    private void makeRoom() {
        int spared = 0;
        while (true) {
            Text text = slots[hand];
            if (text != null) {
                if (!text.takeUsed() || ++spared > SPARED_MAX) {
                    remove(hand, text);
                    return; // another may have moved to where the hand is
                }
            }
            hand = hand + 1 & slots.length - 1;
        }
    }

    /** Empties a slot, and closes the gap for those that would stand there if they could. */
    private void remove(int slot, Text text) {
        int mask = slots.length - 1;
        int gap = slot;
        for (int at = gap + 1 & mask; ; at = at + 1 & mask) {
            Text next = slots[at];
            if (next == null) {
                break;
            }
            int home = (int) next.hash() & mask;
            if ((at - home & mask) >= (at - gap & mask)) {
                slots[gap] = next;
                gap = at;
            }
        }
        slots[gap] = null;
        size--;
        bytes -= text.weight();
    }
}
