package dev.weir.cluster;

import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds the row of {@code pg_stat_replication} that is a node's. Two standbys may have one name or
 * one address; then neither counts. While one of them does not stream, the other's row may be taken
 * for its own: what follows from a row is shown, and nothing is decided by it.
 */
final class StandbyMatch {
    private StandbyMatch() {}

    /** Returns null where no row may be the node's, or several may. */
    static @Nullable Standby find(List<Standby> rows, NodeState node) {
        Observation seen = node.last();
        if (seen == null) {
            return null;
        }
        String slot = seen.primarySlot();
        Standby bySlot = slot.isEmpty() ? null : only(rows, row -> slot.equals(row.slot()));
        if (bySlot != null) {
            return bySlot;
        }
        List<String> names =
                List.of(node.address().toString(), node.address().host(), seen.clusterName());
        for (String name : names) {
            Standby byName =
                    name.isEmpty() ? null : only(rows, row -> name.equals(row.applicationName()));
            if (byName != null) {
                return byName;
            }
        }
        String address = seen.address();
        return address == null ? null : only(rows, row -> address.equals(row.address()));
    }

    private static @Nullable Standby only(List<Standby> rows, Predicate<Standby> test) {
        Standby found = null;
        for (Standby row : rows) {
            if (row.replayLsn() >= 0 && test.test(row)) {
                if (found != null) {
                    return null;
                }
                found = row;
            }
        }
        return found;
    }
}
