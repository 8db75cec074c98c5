/**
 * The configuration: the table of settings, and the reading of a file into an immutable {@link
 * dev.weir.config.Config}.
 *
 * <p>Entry types: {@link dev.weir.config.Settings}, the table, and {@link
 * dev.weir.config.Config#load}. A file is read on the main thread, at start and on RELOAD; the
 * result is immutable and may be read on any thread.
 *
 * <p>Deliberately absent: anything that acts on a setting, a file watcher, and the hba file (its
 * rules belong to {@code auth}).
 */
@NullMarked
package dev.weir.config;

import org.jspecify.annotations.NullMarked;
