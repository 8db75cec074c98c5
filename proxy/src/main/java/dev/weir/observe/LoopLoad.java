package dev.weir.observe;

/**
 * What an event loop has to do at one moment.
 *
 * @param index its name for operators
 * @param clients how many clients live on it, replication clients excepted
 * @param pendingTasks how many tasks are waiting for it
 */
public record LoopLoad(int index, int clients, int pendingTasks) {}
