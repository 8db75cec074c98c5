/**
 * New configurations. {@code weir import} converts those of other poolers, {@code weir generate}
 * makes one for the servers that there are.
 *
 * <p>Entry types: {@link dev.weir.migrate.Import}, {@link dev.weir.migrate.Survey}. Runs on the
 * caller's thread, which may block. Deliberately absent: guesses. Whatever has no counterpart is
 * listed by its name in the original file.
 */
@NullMarked
package dev.weir.migrate;

import org.jspecify.annotations.NullMarked;
