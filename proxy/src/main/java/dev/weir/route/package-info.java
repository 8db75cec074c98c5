/**
 * Where a transaction goes, and why, decided by a pure machine: (what the batch asks, topology,
 * tokens, settings, time) to go to a node, wait until, answer, or refuse.
 *
 * <p>The entry is {@link dev.weir.route.Router}, which answers with a {@link
 * dev.weir.route.Decision}; the session carries that out. {@link dev.weir.route.Intent} says
 * whether a replica may run a transaction, {@link dev.weir.route.ReplicaChoice} which. Everything
 * runs on the session's loop, but for {@link dev.weir.route.CausalToken}. Deliberately absent:
 * channels, loops, leases, timers, waiting.
 */
@NullMarked
package dev.weir.route;

import org.jspecify.annotations.NullMarked;
