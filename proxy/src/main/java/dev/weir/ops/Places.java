package dev.weir.ops;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Who has labels of its own among the metrics: those that were seen first, as long as they are
 * seen, so that no series changes its meaning. Used by one scrape at a time.
 */
final class Places<T> {
    private final LinkedHashSet<T> taken = new LinkedHashSet<>();

    /**
     * Gives places, and takes those back whose owners are gone.
     *
     * @param all who is there now
     * @param max how many may have one
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
