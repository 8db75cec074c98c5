package dev.weir.observe;

import dev.weir.pool.LeaseSnapshot;
import dev.weir.session.ClientSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * A server connection and its client at one moment.
 *
 * @param holder the client that holds it; null if none does
 */
public record ServerSnapshot(LeaseSnapshot lease, @Nullable ClientSnapshot holder) {
    /** The client that holds it, unless that is a replication client; else null. */
    public @Nullable ClientSnapshot session() {
        return holder == null || holder.isReplication() ? null : holder;
    }
}
