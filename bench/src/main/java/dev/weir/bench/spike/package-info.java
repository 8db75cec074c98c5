/**
 * The measurements behind docs/adr/0001 and 0002: moving channels between loops, crossing loops per
 * transaction, and what a bare relay costs with each transport, allocator and JVM option.
 *
 * <p>Entry types: {@link dev.weir.bench.spike.Moves}, {@link dev.weir.bench.spike.Relay}, {@link
 * dev.weir.bench.spike.Compare}. Deliberately absent: Weir itself. The relay is the least that a
 * pooler can be, so that what it costs is the price of the platform.
 */
@NullMarked
package dev.weir.bench.spike;

import org.jspecify.annotations.NullMarked;
