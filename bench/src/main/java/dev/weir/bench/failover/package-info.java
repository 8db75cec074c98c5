/**
 * A hunt for answers that are not true: {@code ./dev bench --failover}. Clients of all kinds work
 * through Weir while their servers crash, restart and change their roles; afterwards, what they
 * were told is compared with the rows that are there.
 *
 * <p>Entry type: {@link dev.weir.bench.failover.Failover}. {@link dev.weir.bench.failover.Book} is
 * the checker, and knows neither servers nor clients.
 */
@NullMarked
package dev.weir.bench.failover;

import org.jspecify.annotations.NullMarked;
