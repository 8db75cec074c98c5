/**
 * What applications do by the drivers of their languages: the same to PostgreSQL and through Weir,
 * by two clients at once whose sessions differ, and compared line by line.
 */
@NullMarked
package dev.weir.drivers;

import org.jspecify.annotations.NullMarked;
