/**
 * What Weir counts and measures, in one table.
 *
 * <p>Entry types: {@link dev.weir.metrics.Metric}, the table; {@link dev.weir.metrics.LoopMeters},
 * which one loop counts in; {@link dev.weir.metrics.Readings}, what the meters showed at one
 * moment; {@link dev.weir.metrics.Exposition}, which tells all of it to Prometheus. Meters belong
 * to the loop that counts; readings are immutable and may go anywhere. Deliberately absent: names
 * and units of a particular view, such as the columns of SHOW STATS. Libraries for metrics may be
 * used in this package and in no other.
 */
@NullMarked
package dev.weir.metrics;

import org.jspecify.annotations.NullMarked;
