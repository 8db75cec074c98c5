/**
 * Leasing and returning server connections: who waits, who is next, how many there may be, how old
 * one may get, and what is done before the next client gets it.
 *
 * <p>Entry type: {@link dev.weir.pool.Pool}; its work is done by {@link dev.weir.pool.PoolShard},
 * each on one loop. Deliberately absent: clients. The pool sees a {@link dev.weir.pool.Waiter}.
 */
@NullMarked
package dev.weir.pool;

import org.jspecify.annotations.NullMarked;
