package dev.weir.ops;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Decides which owners have their own labels among the metrics: those seen first, as long as they
 * exist, so that no series changes its meaning. Used by one scrape at a time.
 */
final class Places<T> {
    private final LinkedHashSet<T> taken = new LinkedHashSet<>();

    /**
     * Assigns places, and frees those of owners that are gone.
     *
     * @param all the current owners
     * @param max number of places
     */
    void assign(Iterable<T> all, int max) {
        Set<T> present = new HashSet<>();
        all.forEach(present::add);
        taken.retainAll(present);
        while (taken.size() > max) {
            taken.removeLast();
        }
        for (T one : all) {
            if (taken.size() >= max) {
                return;
            }
            taken.add(one);
        }
    }

    boolean has(T one) {
        return taken.contains(one);
    }
}
