/**
 * What is going on in this process, for those who look: clients, servers, pools, nodes and loops,
 * each as an immutable snapshot.
 *
 * <p>Entry type: {@link dev.weir.observe.Snapshots}. May be asked on any thread; what belongs to a
 * loop is looked at on that loop, and no loop waits for another. Deliberately absent: how anything
 * is shown. The console is one view of this package.
 */
@NullMarked
package dev.weir.observe;

import org.jspecify.annotations.NullMarked;
