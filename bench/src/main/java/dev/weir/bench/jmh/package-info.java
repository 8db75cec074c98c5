/**
 * What the parts of the data plane cost by themselves, for {@code ./dev bench --jmh}.
 *
 * <p>Entry types: the classes that end in {@code Benchmark}; JMH calls them on its own thread, the
 * pool's on a loop. Deliberately absent: sockets, which are most of what a transaction costs; the
 * matrix of {@code ./dev bench} measures those.
 */
@NullMarked
package dev.weir.bench.jmh;

import org.jspecify.annotations.NullMarked;
