/**
 * The audit log: who did what, where, and how it ended.
 *
 * <p>Entry type: {@link dev.weir.audit.Audit}. Loops and other threads create records, which wait
 * in one queue whose memory is bounded; a separate thread writes them. Deliberately absent: what
 * statements mean, which {@code sql} has already found out, and anything that blocks a loop.
 */
@NullMarked
package dev.weir.audit;

import org.jspecify.annotations.NullMarked;
