/** A Weir with simulated clients and servers on a simulated clock: see docs/simulator.md. */
@NullMarked
package dev.weir.sim;

import org.jspecify.annotations.NullMarked;
