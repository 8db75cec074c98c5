/**
 * {@code weir top}: what pools do, on a terminal.
 *
 * <p>Entry type: {@link dev.weir.top.Top}. Runs on the caller's thread, which may block. It is a
 * client of the console like any other, so that it also shows another process, and PgBouncer.
 * Deliberately absent: a library for terminals, since a page is a text and a key a byte.
 */
@NullMarked
package dev.weir.top;

import org.jspecify.annotations.NullMarked;
