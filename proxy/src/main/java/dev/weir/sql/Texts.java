package dev.weir.sql;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The statement texts of one event loop, each kept once and not lexed again. Looked up by their
 * bytes in a read; a hit allocates nothing.
 *
 * <p>A text is kept when it comes a second time, because many contain literals and never do. At
 * most {@link #BYTES_MAX} bytes are kept; beyond that, texts that have not been looked up recently
 * are dropped.
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
     *   tags[slot] ── half of the hash of its text, 0 if there is none: texts that come once, which
     *                 are most, are not found without reading one that is far away in memory
     *   seen[hash] ── half of the hash of the last text that came there and was not kept
     */

    /** The approximate memory for the kept texts, in bytes. */
    public static final int BYTES_MAX = 4 * 1024 * 1024;

    private static final int SLOTS_MIN = 64;
    private static final int SEEN = 2_048;

    /** The most texts that the hand spares to make room once, so that no client waits for long. */
    private static final int SPARED_MAX = 64;

    private final long seed;
    private final int bytesMax;
    private final TextReader reader = new TextReader();
    private final int[] seen = new int[SEEN];
    private final Shapes shapes;

    private @Nullable Text[] slots = new Text[SLOTS_MIN];
    private int[] tags = new int[SLOTS_MIN];
    private int size;
    private int bytes;
    private int hand;

    /** The rules of the text of the last {@link #query}; null if it is too long. */
    private @Nullable LexicalRules latest;

    private long latestHash;

    /** The shape of that text; null if it has none that is known. */
    private Shapes.@Nullable Shape latestShape;

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
        this.shapes = new Shapes(seed);
    }

    /**
     * Returns the text of a Parse. Borrows {@code in}.
     *
     * @param start of the text
     * @param length of the text in bytes, without the terminating NUL
     * @param end of the message; the parameter types follow the NUL
     */
    public Text parse(ByteBuf in, int start, int length, int end, LexicalRules rules) {
        LexicalRules under = rules.of(in, start, length);
        long hash = take(in, start, length, end);
        Text text = find(under, hash);
        if (text == null) {
            text = new Text(reader, under, hash);
            if (isSeen(hash)) {
                keep(text);
            }
        }
        return text;
    }

    /**
     * Returns the text of a Query that is about to run; null the first time it is seen. Then {@link
     * #facts} tells what it may do. Borrows {@code in}.
     */
    public @Nullable Text query(ByteBuf in, int start, int length, LexicalRules rules) {
        if (length > Classifier.TEXT_BYTES_MAX) {
            latest = null;
            latestShape = null;
            return null;
        }
        LexicalRules under = rules.of(in, start, length);
        latest = under;
        long hash = take(in, start, length);
        latestHash = hash;
        Text text = find(under, hash);
        if (text == null && isSeen(hash)) {
            text = new Text(reader, under, hash);
            keep(text);
        }
        if (text == null) {
            latestShape = under == LexicalRules.STANDARD ? reader.shape(shapes) : null;
        }
        return text;
    }

    /**
     * Returns the facts of the text for which {@link #query} has just returned null; valid until
     * the next use.
     */
    public StatementFacts facts() {
        LexicalRules rules = latest;
        if (rules == null) {
            return StatementFacts.tooLong();
        } else if (latestShape != null) {
            return StatementFacts.plain();
        }
        StatementFacts facts = reader.facts(rules);
        if (rules == LexicalRules.STANDARD) {
            shapes.learn(facts);
        }
        return facts;
    }

    /**
     * Returns the text for which {@link #query} has just returned null, without keeping it; null if
     * it is too long. Call it before the next use; allocates.
     */
    public @Nullable Text unkept() {
        LexicalRules rules = latest;
        return rules == null ? null : new Text(reader, rules, latestHash);
    }

    /**
     * Returns the {@link StateEffects} of the text for which {@link #query} has just returned null.
     * Call it before the next use.
     */
    public int effects(StateNames names) {
        LexicalRules rules = latest;
        Shapes.Shape shape = latestShape;
        if (rules == null) {
            return StateEffects.OWN | StateEffects.SESSION;
        }
        return shape == null ? reader.effects(rules, names) : shape.effects(reader, names);
    }

    /**
     * Returns the access that a text needs. Reads the text unless it is kept, and does not keep it.
     * Borrows {@code in}.
     */
    public Access access(ByteBuf in, int start, int length, LexicalRules rules) {
        if (length > Classifier.TEXT_BYTES_MAX) {
            return Access.TOO_LONG;
        }
        LexicalRules under = rules.of(in, start, length);
        Text text = find(under, take(in, start, length));
        return text == null ? reader.access(under) : text.access();
    }

    /**
     * Remembers that a standby refused the text of a Query; returns its access. Borrows {@code in}.
     */
    public Access refused(ByteBuf in, int start, int length, LexicalRules rules) {
        return refused(rules.of(in, start, length), take(in, start, length));
    }

    /** Remembers that a standby refused the text of a Parse. Borrows {@code in}. */
    public void refused(ByteBuf in, int start, int length, int end, LexicalRules rules) {
        refused(rules.of(in, start, length), take(in, start, length, end));
    }

    private Access refused(LexicalRules rules, long hash) {
        Text text = find(rules, hash);
        if (text == null) {
            text = new Text(reader, rules, hash);
            keep(text);
        }
        return text.refused();
    }

    /** How many texts are kept. */
    public int size() {
        return size;
    }

    /** The approximate memory that they take, in bytes. */
    public int bytes() {
        return bytes;
    }

    /** Whether a text with this hash came recently; notes that one has. */
    private boolean isSeen(long hash) {
        int at = (int) (hash >>> 32) & SEEN - 1;
        boolean known = seen[at] == (int) hash;
        seen[at] = (int) hash;
        return known;
    }

    /** Makes the text of a Query the current one; returns its hash. */
    private long take(ByteBuf in, int start, int length) {
        reader.take(in, start, length);
        return reader.hash(seed);
    }

    /** Makes the text of a Parse the current one; returns its hash. */
    private long take(ByteBuf in, int start, int length, int end) {
        reader.take(in, start, length, end - start - length - 1);
        return reader.hash(seed);
    }

    private @Nullable Text find(LexicalRules rules, long hash) {
        int mask = tags.length - 1;
        int sought = tag(hash);
        for (int at = (int) hash & mask; ; at = at + 1 & mask) {
            int tag = tags[at];
            if (tag == 0) {
                return null;
            }
            Text text = tag == sought ? slots[at] : null;
            if (text != null && text.is(reader, rules, hash)) {
                text.use();
                return text;
            }
        }
    }

    /** Never 0. Where a text stands depends on the other half of its hash. */
    private static int tag(long hash) {
        return (int) (hash >>> 32) | 1;
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
        int mask = tags.length - 1;
        int at = (int) text.hash() & mask;
        while (tags[at] != 0) {
            at = at + 1 & mask;
        }
        slots[at] = text;
        tags[at] = tag(text.hash());
    }

    private void grow() {
        @Nullable Text[] old = slots;
        slots = new Text[old.length * 2];
        tags = new int[slots.length];
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
                    return; // another may have moved to the hand's slot
                }
            }
            hand = hand + 1 & slots.length - 1;
        }
    }

    /** Empties a slot, and moves up those that belong nearer to it. */
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
                tags[gap] = tags[at];
                gap = at;
            }
        }
        slots[gap] = null;
        tags[gap] = 0;
        size--;
        bytes -= text.weight();
    }
}
