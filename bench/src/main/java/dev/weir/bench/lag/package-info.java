/**
 * A comparison of the replica lag that Weir reports with the true lag: {@code ./dev bench --lag}.
 *
 * <p>Entry type: {@link dev.weir.bench.lag.ReplicaLag}. Deliberately absent: PostgreSQL's own
 * measures of lag. The true lag is what a replica shows of a row that is written continuously.
 */
@NullMarked
package dev.weir.bench.lag;

import org.jspecify.annotations.NullMarked;
