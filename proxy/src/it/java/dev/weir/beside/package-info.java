/**
 * PgBouncer and Weir side by side: the same file, the same PostgreSQL, the same clients; what
 * differs is either listed in the manual or a mistake.
 */
@NullMarked
package dev.weir.beside;

import org.jspecify.annotations.NullMarked;
