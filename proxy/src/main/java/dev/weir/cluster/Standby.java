package dev.weir.cluster;

import org.jspecify.annotations.Nullable;

/**
 * A row of {@code pg_stat_replication}: a standby as its primary sees it.
 *
 * @param slot the replication slot that it uses, if any
 * @param state null where the monitor may not see it
 * @param replayLsn -1 = not known
 * @param replayLagMicros what PostgreSQL itself says; -1 = nothing
 */
public record Standby(
        int pid,
        String applicationName,
        @Nullable String slot,
        @Nullable String address,
        @Nullable String state,
        @Nullable String syncState,
        long sentLsn,
        long writeLsn,
        long flushLsn,
        long replayLsn,
        long replayLagMicros) {}
