/**
 * The last hour, and what is wrong now: a picture of the process every two seconds, for people who
 * have no monitoring system at hand.
 *
 * <p>Entry type: {@link dev.weir.watch.Watch}. The loops of clients only take the same snapshots as
 * for a scrape; the rest runs on threads of its owner. Deliberately absent: how it is shown, and
 * anything that outlives the process.
 */
@NullMarked
package dev.weir.watch;

import org.jspecify.annotations.NullMarked;
