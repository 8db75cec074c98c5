/**
 * Where a transaction goes, and why.
 *
 * <p>The entries are {@link dev.weir.route.Intent}, which says whether a replica may run it, and
 * {@link dev.weir.route.ReplicaChoice}, which says which. Everything runs on the session's loop,
 * but for {@link dev.weir.route.CausalToken}. Deliberately absent: sockets, clients, waiting.
 */
@NullMarked
package dev.weir.route;

import org.jspecify.annotations.NullMarked;
