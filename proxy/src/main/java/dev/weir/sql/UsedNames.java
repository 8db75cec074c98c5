package dev.weir.sql;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the texts of one session have named, for a question that can be answered only
 * later: what they may have left behind, by names that are not known yet.
 */
public final class UsedNames {
    /** How many of the last texts are recognised without being read again; a power of two. */
    private static final int RECENT = 32;

    private static final int NUMBERS_MAX = 8_192;
    private static final int TYPES_MAX = 256;
    private static final int CURRVAL = NameHash.ofName("currval");
    private static final int LASTVAL = NameHash.ofName("lastval");

    private final @Nullable Text[] recent = new Text[RECENT];
    private final int[] recentEffects = new int[RECENT];

    /** Numbers of names, sorted. */
    private int[] numbers = {};

    /** OIDs of the types of parameters, sorted. */
    private int[] types = {};

    private int occasions;
    private boolean isFull;

    /**
     * Adds a text that runs.
     *
     * @return its {@link StateEffects} by the built-in names, which do not tell what it does by
     *     others
     */
    public int add(Text text) {
        int slot = (int) text.hash() & RECENT - 1;
        if (recent[slot] != text) {
            RoutineState uses = text.uses();
            occasions |= uses.occasions();
            numbers = union(numbers, uses.names(), NUMBERS_MAX);
            types = union(types, text.typeOids(), TYPES_MAX);
            recent[slot] = text;
            recentEffects[slot] =
                    uses.effects() | effects(uses.names(), uses.occasions(), StateNames.builtin());
        }
        return recentEffects[slot];
    }

    private int[] union(int[] known, int[] sorted, int most) {
        boolean isKnown = true;
        for (int one : sorted) {
            isKnown &= Arrays.binarySearch(known, one) >= 0;
        }
        if (isKnown) {
            return known;
        }
        int[] all = Arrays.copyOf(known, known.length + sorted.length);
        System.arraycopy(sorted, 0, all, known.length, sorted.length);
        Arrays.sort(all);
        int distinct = 0;
        for (int i = 0; i < all.length; i++) {
            if (i == 0 || all[i] != all[i - 1]) {
                all[distinct++] = all[i];
            }
        }
        if (distinct > most) {
            isFull = true;
            return known;
        }
        return Arrays.copyOf(all, distinct);
    }

    /** The {@link StateEffects} that all the texts together may have had by these names. */
    public int effects(StateNames by) {
        if (isFull) {
            return StateEffects.SESSION;
        }
        for (int type : types) {
            if (!by.isHarmlessType(type)) {
                return StateEffects.SESSION;
            }
        }
        return effects(numbers, occasions, by) | by.always();
    }

    private static int effects(int[] numbers, int occasions, StateNames by) {
        int all = 0;
        for (int number : numbers) {
            all |= StateEffects.of(by.effects(number), occasions);
        }
        return all;
    }

    /** Whether one of them has asked for the last value of a sequence. */
    public boolean hasAskedSequence() {
        return Arrays.binarySearch(numbers, CURRVAL) >= 0
                || Arrays.binarySearch(numbers, LASTVAL) >= 0;
    }
}
