/**
 * The state of clusters, as immutable snapshots: which node is the primary, which replicas may be
 * read, and what is known about each node.
 *
 * <p>Entry type: {@link dev.weir.cluster.Cluster}. Deliberately absent: clients, and the decision
 * where a transaction goes.
 */
@NullMarked
package dev.weir.cluster;

import org.jspecify.annotations.NullMarked;
