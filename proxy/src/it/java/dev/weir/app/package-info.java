/**
 * Processes that end because they cannot go on.
 *
 * <p>Entry type: {@link dev.weir.app.DyingProcess}, a main class for tests of {@code faults}.
 */
@NullMarked
package dev.weir.app;

import org.jspecify.annotations.NullMarked;
