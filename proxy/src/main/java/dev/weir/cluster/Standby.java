package dev.weir.cluster;

import org.jspecify.annotations.Nullable;

/**
 * A row of {@code pg_stat_replication}: a standby as its primary sees it.
 *
 * @param slot the replication slot that it uses, if any
 * @param state null if the monitor may not see it
 * @param replayLsn -1 = unknown
 * @param replayLagMicros the lag that PostgreSQL itself reports; -1 = none
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
