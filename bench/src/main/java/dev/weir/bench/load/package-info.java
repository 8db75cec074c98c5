/**
 * Loads that pgbench cannot make, for {@code ./dev bench}: many idle clients, and a crowd before a
 * cold pool.
 *
 * <p>Entry types: {@link dev.weir.bench.load.IdleClients}, {@link dev.weir.bench.load.ColdPool}.
 * Deliberately absent: Weir itself; what is measured is another process.
 */
@NullMarked
package dev.weir.bench.load;

import org.jspecify.annotations.NullMarked;
