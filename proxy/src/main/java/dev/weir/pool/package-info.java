/**
 * Leasing and returning server connections: which clients wait and which is next, how many
 * connections there may be, how old one may get, and what is done to it before the next client gets
 * it.
 *
 * <p>Entry types: {@link dev.weir.pool.ClientPool} has the clients, {@link dev.weir.pool.NodePool}
 * the connections to one node; the work is done by their shards, each on one loop. A {@link
 * dev.weir.pool.Gate} stands between the two. Deliberately absent: what clients send. The pool sees
 * a {@link dev.weir.pool.Waiter}.
 */
@NullMarked
package dev.weir.pool;

import org.jspecify.annotations.NullMarked;
