package dev.weir.cluster;

import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds the row of {@code pg_stat_replication} that belongs to a node. If two standbys have the
 * same name or address, neither is matched. If one of them is not streaming, the row of the other
 * may be mistaken for its own. Therefore rows are only displayed, and no decision depends on them.
 */
final class StandbyMatch {
    private StandbyMatch() {}

    /** Returns null if no row can be the node's, or if several can. */
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
