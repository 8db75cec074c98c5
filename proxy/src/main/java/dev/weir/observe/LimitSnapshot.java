package dev.weir.observe;

import dev.weir.metrics.Limit;

/**
 * How far a limit is used.
 *
 * @param value of the setting, with its default resolved; 0 = unlimited
 * @param inUse now; of a limit for each client, what the one has that has most
 * @param most the most that was in use since the start
 * @param refusals how often it was in the way of somebody
 */
public record LimitSnapshot(Limit limit, long value, long inUse, long most, long refusals) {}
