package dev.weir.sql;

import java.util.Map;
import java.util.TreeMap;

/**
 * The names that may do something to a session, with their {@link StateEffects}: those of
 * PostgreSQL itself, and those that a database adds. Immutable.
 */
public final class StateNames {
    /*
     * filter[first letter] has a bit for each length that a name with that letter has: most words
     * of a text are passed over without a hash. Behind it an open table, at most half full.
     */

    private static final int LETTERS = 32;
    private static final StateNames BUILTIN = new StateNames(StatefulBuiltins.effects(), 0);

    private final int[] hashes;
    private final short[] effects;
    private final long[] filter = new long[LETTERS];
    private final int size;
    private final int always;
    private final boolean hasOperators;

    private StateNames(Map<String, Integer> names, int always) {
        this.always = always;
        int slots = Integer.highestOneBit(Math.max(8, names.size())) << 2;
        hashes = new int[slots];
        effects = new short[slots];
        size = names.size();
        boolean operators = false;
        for (Map.Entry<String, Integer> one : names.entrySet()) {
            String name = one.getKey();
            operators |= isOperator(name);
            put(NameHash.ofName(name), one.getValue());
            admit(name);
            if (NameHash.mayBeCut(name)) {
                put(NameHash.CUT, one.getValue());
            }
        }
        hasOperators = operators;
    }

    /** PostgreSQL's own: what is known without a catalog. */
    public static StateNames builtin() {
        return BUILTIN;
    }

    /**
     * These and PostgreSQL's own.
     *
     * @param names names as the catalog has them and symbols of operators, with their effects
     * @param always the effects of every text, whatever it names
     */
    public static StateNames with(Map<String, Integer> names, int always) {
        if (names.isEmpty() && always == 0) {
            return BUILTIN;
        }
        Map<String, Integer> all = new TreeMap<>(StatefulBuiltins.effects());
        names.forEach((name, one) -> all.merge(name, one, (a, b) -> a | b));
        return new StateNames(all, always);
    }

    private static boolean isOperator(String name) {
        return !name.isEmpty() && ByteClass.isOperator((byte) name.charAt(0));
    }

    private void admit(String name) {
        int length = name.length();
        char first = length == 0 ? 0 : name.charAt(0);
        filter[first & LETTERS - 1] |= 1L << length;
    }

    private void put(int hash, int more) {
        int mask = hashes.length - 1;
        int at = hash & mask;
        while (hashes[at] != 0 && hashes[at] != hash) {
            at = at + 1 & mask;
        }
        hashes[at] = hash;
        effects[at] |= (short) more;
    }

    /**
     * The numbers by which {@link RoutineState} may mention a name: one, or two if PostgreSQL may
     * have cut it.
     */
    public static int[] numbers(String name) {
        int number = NameHash.ofName(name);
        return NameHash.mayBeCut(name) ? new int[] {number, NameHash.CUT} : new int[] {number};
    }

    /** The effects of every text. */
    public int always() {
        return always;
    }

    /** Whether a name in ASCII with this first byte and length may be among them. */
    boolean mayHave(byte first, int length) {
        return (filter[first & LETTERS - 1] >>> length & 1) != 0;
    }

    /** The effects of a name by its {@link NameHash}; 0 if it has none. */
    int effects(int hash) {
        int mask = hashes.length - 1;
        for (int at = hash & mask; hashes[at] != 0; at = at + 1 & mask) {
            if (hashes[at] == hash) {
                return effects[at] & 0xFFFF;
            }
        }
        return 0;
    }

    /** Whether one of them is the symbol of an operator. */
    boolean hasOperators() {
        return hasOperators;
    }

    public int size() {
        return size;
    }
}
