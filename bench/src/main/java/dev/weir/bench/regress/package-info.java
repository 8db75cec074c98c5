/**
 * The classification of reads, measured against the statements of PostgreSQL's own regression tests
 * and what a real standby says to each.
 */
@NullMarked
package dev.weir.bench.regress;

import org.jspecify.annotations.NullMarked;
