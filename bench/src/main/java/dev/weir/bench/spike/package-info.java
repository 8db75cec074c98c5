/**
 * The measurements behind docs/adr/0001 and 0002: moving channels between loops, crossing loops for
 * each transaction, and the cost of a bare relay with each transport, allocator and JVM option.
 *
 * <p>Entry types: {@link dev.weir.bench.spike.Moves}, {@link dev.weir.bench.spike.Relay}, {@link
 * dev.weir.bench.spike.Compare}. Deliberately absent: Weir itself. The relay is the smallest
 * possible pooler, so that its cost is the cost of the platform.
 */
@NullMarked
package dev.weir.bench.spike;

import org.jspecify.annotations.NullMarked;
