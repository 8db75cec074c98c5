/**
 * What Weir counts and measures, in one table.
 *
 * <p>Entry types: {@link dev.weir.metrics.Metric}, the table; {@link dev.weir.metrics.LoopMeters},
 * the counts of one loop; {@link dev.weir.metrics.Readings}, the values of meters at one moment;
 * {@link dev.weir.metrics.Exposition}, which writes everything for Prometheus. Meters belong to the
 * loop that counts; readings are immutable and may go anywhere. Deliberately absent: names and
 * units of a particular view, such as the columns of SHOW STATS. Only this package may use
 * libraries for metrics.
 */
@NullMarked
package dev.weir.metrics;

import org.jspecify.annotations.NullMarked;
