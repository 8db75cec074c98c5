/**
 * Which node of a cluster is the primary, which replicas may be read, and what is known of each: as
 * immutable snapshots.
 *
 * <p>The entry is {@link dev.weir.cluster.Cluster}. Deliberately absent: clients, and where a
 * transaction goes.
 */
@NullMarked
package dev.weir.cluster;

import org.jspecify.annotations.NullMarked;
