package dev.weir.backend;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the possible changes to the catalog of one database: what was parsed before a change may
 * mean something else afterwards. All connections to the database share it, on all loops.
 *
 * <p>The number increases when a statement that changes the catalog is sent, and again when its
 * transaction has ended. Such statements inside a function, or from outside of Weir, are not seen;
 * then it increases as soon as a server reports that a plan is out of date.
 */
public final class CatalogChanges {
    /*
     * number:  | number of changes | number of transactions that are changing it now (20 bits) |
     *
     * A Parse that is sent while one of these is open sees either the old catalog or the new one.
     * So what was parsed under a number with open transactions is never considered up to date.
     */
    private static final long MOVED = 1L << 20;

    private static final long OPEN_MASK = MOVED - 1;

    private final AtomicLong number = new AtomicLong();

    /** The current number of the catalog. */
    public long number() {
        return number.get();
    }

    /** Whether the catalog is certain to be the same as under {@code before}. */
    public boolean isSame(long before) {
        return !isOpen(before) && before == number.get();
    }

    /** Whether transactions were changing the catalog when it had this number. */
    public static boolean isOpen(long number) {
        return (number & OPEN_MASK) != 0;
    }

    /** A transaction is about to change the catalog, or is doing so. */
    public void begins() {
        number.addAndGet(MOVED + 1);
    }

    /** Such a transaction has ended. */
    public void ends() {
        assert (number.get() & OPEN_MASK) > 0;
        number.addAndGet(MOVED - 1);
    }

    /** The catalog has changed without Weir's noticing. */
    public void changed() {
        number.addAndGet(MOVED);
    }
}
