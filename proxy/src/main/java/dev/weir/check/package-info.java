/**
 * {@code weir check}: what an operator wants to know before the start. It reports everything that
 * is wrong with a configuration, what is risky about it, and what its servers answer.
 *
 * <p>Entry type: {@link dev.weir.check.Check}. Runs on the caller's thread, which may block;
 * connections are opened on a separate loop. Deliberately absent: clients, pools, the log.
 */
@NullMarked
package dev.weir.check;

import org.jspecify.annotations.NullMarked;
