/**
 * Benchmarks of the single parts of the data plane, for {@code ./dev bench --jmh}.
 *
 * <p>Entry types: the classes whose names end in {@code Benchmark}; JMH calls them on its own
 * thread, and those of the pool on a loop. Deliberately absent: sockets, which account for most of
 * the cost of a transaction; the matrix of {@code ./dev bench} measures those.
 */
@NullMarked
package dev.weir.bench.jmh;

import org.jspecify.annotations.NullMarked;
