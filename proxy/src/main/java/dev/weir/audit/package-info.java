/**
 * The audit log: who did what, where, and how it ended.
 *
 * <p>Entry type: {@link dev.weir.audit.Audit}. Loops and other threads make records, which wait in
 * one queue whose memory is bounded; a thread of its own writes them. Deliberately absent: what
 * statements mean, which {@code sql} has found out already, and whatever blocks a loop.
 */
@NullMarked
package dev.weir.audit;

import org.jspecify.annotations.NullMarked;
