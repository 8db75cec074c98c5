/**
 * Loads that pgbench cannot produce, for {@code ./dev bench}: many idle clients, and a crowd on a
 * cold pool.
 *
 * <p>Entry types: {@link dev.weir.bench.load.IdleClients}, {@link dev.weir.bench.load.ColdPool}.
 * Deliberately absent: Weir itself, because the measured pooler is another process.
 */
@NullMarked
package dev.weir.bench.load;

import org.jspecify.annotations.NullMarked;
