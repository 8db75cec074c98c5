/**
 * A PostgreSQL cluster that a test owns: primary, streaming replicas, and the faults to do to them.
 *
 * <p>Enter by {@link dev.weir.pgkit.PgCluster}; {@link dev.weir.pgkit.WireClient} speaks the raw
 * protocol to anything that understands it, {@link dev.weir.pgkit.Link} is the bad network between.
 *
 * <p>Everything blocks the thread that calls it, and a wait that would be endless fails with what
 * it waited for. Only {@code Link} has threads of its own, virtual ones.
 *
 * <p>Deliberately absent: Weir, Netty, and any parsing shared with them. A fault in the product
 * must not hide behind the same fault here.
 */
@NullMarked
package dev.weir.pgkit;

import org.jspecify.annotations.NullMarked;
