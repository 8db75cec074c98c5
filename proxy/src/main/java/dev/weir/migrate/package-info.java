/**
 * {@code weir import}: converts the configurations of other poolers to Weir's.
 *
 * <p>Entry type: {@link dev.weir.migrate.Import}. Runs on the caller's thread, which may block.
 * Deliberately absent: guesses. Whatever has no counterpart is listed by its name in the original
 * file.
 */
@NullMarked
package dev.weir.migrate;

import org.jspecify.annotations.NullMarked;
