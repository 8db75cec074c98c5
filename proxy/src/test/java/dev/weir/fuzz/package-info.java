/**
 * Fuzzing of everything that reads what others have written: the same targets with a
 * coverage-guided fuzzer ({@code ./dev fuzz}), and in every check with seeds, past findings and
 * some mutations of them.
 *
 * <p>A target stands in the package of what it tests, as a constant of an enum.
 */
@NullMarked
package dev.weir.fuzz;

import org.jspecify.annotations.NullMarked;
