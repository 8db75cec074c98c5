package dev.weir.observe;

import dev.weir.metrics.Readings;

/**
 * An event loop at one moment.
 *
 * @param index its name for operators
 * @param transport its I/O interface: epoll, io_uring or nio
 * @param shards how many parts of pools live on it, those of nodes included
 * @param clients how many clients live on it, replication clients excepted
 * @param pendingTasks how many tasks are waiting for it
 * @param readings what all its shards together have counted, and what they have now
 */
public record LoopSnapshot(
        int index,
        String transport,
        int shards,
        int clients,
        int pendingTasks,
        Readings readings) {}
