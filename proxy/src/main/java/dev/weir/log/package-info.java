/**
 * The log as PgBouncer writes it: the form of a line, the name of a connection in it, and where the
 * lines go.
 *
 * <p>Entry type: {@link dev.weir.log.LogTargets}. Runs on whatever thread logs; a line is one
 * write. Deliberately absent: what is logged, and when.
 */
@NullMarked
package dev.weir.log;

import org.jspecify.annotations.NullMarked;
