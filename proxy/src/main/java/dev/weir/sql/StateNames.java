package dev.weir.sql;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * The names that may do something to a session, with their {@link StateEffects}: the built-in ones,
 * and those that a database adds; and the types of the database that do nothing. Immutable.
 */
public final class StateNames {
    /*
     * filter[first letter] has a bit for each length that a name with that letter has: most words
     * of a text are skipped without hashing. After it comes an open hash table, at most half full.
     */

    /** OIDs from here on belong to objects of users, rather than of initdb. */
    public static final int FIRST_USER_OID = 16_384;

    private static final int LETTERS = 32;
    private static final StateNames BUILTIN =
            new StateNames(StatefulBuiltins.effects(), 0, new int[0]);

    private final int[] hashes;
    private final short[] effects;
    private final long[] filter = new long[LETTERS];
    private final int[] harmlessTypes;
    private final int size;
    private final int always;
    private final boolean hasOperators;

    private StateNames(Map<String, Integer> names, int always, int[] harmlessTypes) {
        this.always = always;
        this.harmlessTypes = harmlessTypes;
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

    /** The built-in names: what is known without a catalog. */
    public static StateNames builtin() {
        return BUILTIN;
    }

    /**
     * These names and the built-in ones.
     *
     * @param names names as in the catalog and symbols of operators, with their effects
     * @param always the effects of every text, whatever it names
     * @param harmlessTypes the OIDs of all types of the database whose values do nothing, sorted
     */
    public static StateNames with(Map<String, Integer> names, int always, int... harmlessTypes) {
        if (names.isEmpty() && always == 0 && harmlessTypes.length == 0) {
            return BUILTIN;
        }
        Map<String, Integer> all = new TreeMap<>(StatefulBuiltins.effects());
        names.forEach((name, one) -> all.merge(name, one, (a, b) -> a | b));
        return new StateNames(all, always, harmlessTypes.clone());
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
     * The numbers by which {@link RoutineState} may refer to a name: one, or two if PostgreSQL may
     * have truncated it.
     */
    public static int[] numbers(String name) {
        int number = NameHash.ofName(name);
        return NameHash.mayBeCut(name) ? new int[] {number, NameHash.CUT} : new int[] {number};
    }

    /** The effects of every text. */
    public int always() {
        return always;
    }

    /** Whether an ASCII name with this first byte and length may be among them. */
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

    /**
     * Whether a value of this type, passed to a statement that does not name it, does nothing.
     * False for types that were created since the catalog was read.
     */
    public boolean isHarmlessType(int oid) {
        return Integer.compareUnsigned(oid, FIRST_USER_OID) < 0
                || Arrays.binarySearch(harmlessTypes, oid) >= 0;
    }

    /** Whether there are symbols of operators among them. */
    boolean hasOperators() {
        return hasOperators;
    }

    public int size() {
        return size;
    }
}
