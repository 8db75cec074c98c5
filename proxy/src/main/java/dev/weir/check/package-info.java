/**
 * What an operator asks before the start: {@code weir check}. Everything that is wrong with a
 * configuration, what is risky about it, and what its servers say.
 *
 * <p>Entry type: {@link dev.weir.check.Check}. Runs on the caller, which may block; connections are
 * opened on a loop of its own. Deliberately absent: clients, pools, the log.
 */
@NullMarked
package dev.weir.check;

import org.jspecify.annotations.NullMarked;
