package dev.weir.backend;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How often the catalog of one database may have changed: what was parsed before a change may mean
 * something else behind it. All connections to the database share it, whatever their loops.
 *
 * <p>It moves when a statement that changes the catalog is sent, and again when its transaction has
 * ended. What such a statement does inside a function, or past Weir, is not seen; then it moves as
 * soon as a server says that a plan is out of date.
 */
public final class CatalogChanges {
    /*
     *   number:  | how often it has moved | how many transactions are changing it now (20 bits) |
     *
     * A Parse that is sent while one of these is open gets the old catalog or the new. So what was
     * parsed under a number with open transactions is never taken for up to date.
     */
    private static final long MOVED = 1L << 20;

    private static final long OPEN_MASK = MOVED - 1;

    private final AtomicLong number = new AtomicLong();

    /** The number of the catalog as it is now. */
    public long number() {
        return number.get();
    }

    /** Whether all that was parsed under {@code before} found the catalog as it is now. */
    public boolean isSame(long before) {
        return !isOpen(before) && before == number.get();
    }

    /** Whether transactions were changing the catalog when it had this number. */
    public static boolean isOpen(long number) {
        return (number & OPEN_MASK) != 0;
    }

    /** A transaction is about to change the catalog, or does so. */
    public void begins() {
        number.addAndGet(MOVED + 1);
    }

    /** Such a transaction has ended. */
    public void ends() {
        assert (number.get() & OPEN_MASK) > 0;
        number.addAndGet(MOVED - 1);
    }

    /** It has changed, past Weir. */
    public void changed() {
        number.addAndGet(MOVED);
    }
}
