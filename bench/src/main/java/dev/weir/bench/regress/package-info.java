/**
 * A measurement of the classification of reads: the statements of PostgreSQL's own regression
 * tests, and what a real standby answers to each.
 */
@NullMarked
package dev.weir.bench.regress;

import org.jspecify.annotations.NullMarked;
