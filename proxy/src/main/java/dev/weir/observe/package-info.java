/**
 * What is going on in this process: clients, servers, pools, nodes and loops, each as an immutable
 * snapshot, and the operations on them.
 *
 * <p>Entry types: {@link dev.weir.observe.Snapshots}, {@link dev.weir.observe.Operations}. Both may
 * be used on any thread; what belongs to a loop is looked at and changed on that loop, and no loop
 * waits for another. The process itself is behind {@link dev.weir.observe.Control}. Deliberately
 * absent: how anything is shown, and how a command is spelled. The console is one view of this
 * package.
 */
@NullMarked
package dev.weir.observe;

import org.jspecify.annotations.NullMarked;
