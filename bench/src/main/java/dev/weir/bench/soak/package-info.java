/**
 * Hours of mixed work through a Weir in a process of its own, while servers restart, replicas lag,
 * and the configuration and its certificates are reloaded; what the process takes up meanwhile, as
 * a table and as a drawing.
 */
@NullMarked
package dev.weir.bench.soak;

import org.jspecify.annotations.NullMarked;
