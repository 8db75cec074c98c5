/**
 * What Weir says of how late replicas are, beside how late they are: {@code ./dev bench --lag}.
 *
 * <p>Entry type: {@link dev.weir.bench.lag.ReplicaLag}. Deliberately absent: PostgreSQL's own
 * measures of lag; the truth is what a replica shows of a row that is written all the time.
 */
@NullMarked
package dev.weir.bench.lag;

import org.jspecify.annotations.NullMarked;
