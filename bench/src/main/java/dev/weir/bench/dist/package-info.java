/**
 * The programs that {@code ./dev dist} runs: the load from which the distribution's AOT cache is
 * made, and a first look at the unpacked distribution.
 *
 * <p>Entry types: {@link dev.weir.bench.dist.Training} and {@link dev.weir.bench.dist.FirstLook}.
 */
@NullMarked
package dev.weir.bench.dist;

import org.jspecify.annotations.NullMarked;
