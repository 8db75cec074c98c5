/**
 * The log as PgBouncer writes it: the format of a line, the names of connections, and the
 * destinations.
 *
 * <p>Entry type: {@link dev.weir.log.LogTargets}. Runs on the thread that logs; each line is one
 * write. Deliberately absent: what is logged, and when.
 */
@NullMarked
package dev.weir.log;

import org.jspecify.annotations.NullMarked;
