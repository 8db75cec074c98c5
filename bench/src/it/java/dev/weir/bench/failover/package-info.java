/** The short form of {@code ./dev bench --failover}, and faults that its checker must find. */
@NullMarked
package dev.weir.bench.failover;

import org.jspecify.annotations.NullMarked;
