package dev.weir.sql;

/**
 * What a text may leave in its session, as bits of an int.
 *
 * <p>The effect of a <em>name</em> depends on what a text does with it: a table whose trigger
 * changes the session does so when it is written. So a name has the four bits up to four times,
 * once for each {@linkplain #INSERTS occasion}; {@link #of} reduces them to those of a text.
 */
public final class StateEffects {
    /*
     *   15 ── 12   11 ── 8    7 ── 4     3  2  1  0
     *   deleted    updated    inserted   any text
     */

    /**
     * May change state that is kept for the client, as its text shows. Combines with the others.
     */
    public static final int OWN = 1;

    /** The session's memory of sequences (currval, lastval), which DISCARD SEQUENCES clears. */
    public static final int SEQUENCES = 1 << 1;

    /** Anything that a wipe removes. */
    public static final int SESSION = 1 << 2;

    /** What a wipe does not remove. */
    public static final int TAINTS = 1 << 3;

    /** The text defines something in the catalog that is not temporary. */
    public static final int DEFINES = 1 << 16;

    static final int BITS = 4;
    static final int MASK = (1 << BITS) - 1;

    /** Occasions: the text may insert rows, or fill in a default. */
    public static final int INSERTS = 1;

    /** The text may update rows. */
    public static final int UPDATES = 1 << 1;

    /** The text may delete rows. */
    public static final int DELETES = 1 << 2;

    /** All occasions. */
    public static final int MODIFIES = INSERTS | UPDATES | DELETES;

    static final int OCCASIONS = 3;

    private StateEffects() {}

    /** The effect of a name in a text that has these occasions. */
    public static int of(int effects, int occasions) {
        int all = effects & MASK;
        for (int i = 0; i < OCCASIONS; i++) {
            if ((occasions >> i & 1) != 0) {
                all |= effects >> BITS * (i + 1) & MASK;
            }
        }
        return all;
    }

    /** The effect of a name that has these effects on these occasions only. */
    public static int on(int effects, int occasions) {
        int all = 0;
        for (int i = 0; i < OCCASIONS; i++) {
            if ((occasions >> i & 1) != 0) {
                all |= effects << BITS * (i + 1);
            }
        }
        return all;
    }

    /** The effects that a name has on any occasion. */
    public static int ever(int effects) {
        return of(effects, INSERTS | UPDATES | DELETES);
    }

    /** What an effect is inside a function: there, nothing counts as kept for the client. */
    public static int inside(int effects) {
        return (effects & OWN) == 0 ? effects : effects & ~OWN | SESSION;
    }
}
