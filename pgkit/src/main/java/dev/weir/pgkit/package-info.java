/**
 * A PostgreSQL cluster that a test owns: a primary, streaming replicas, and ways to make them fail.
 *
 * <p>Entry types: {@link dev.weir.pgkit.PgCluster}. {@link dev.weir.pgkit.WireClient} speaks the
 * raw protocol to anything that understands it, and {@link dev.weir.pgkit.Link} is the bad network
 * in between.
 *
 * <p>All methods block the calling thread. A wait that would never end fails with a message that
 * says what it was waiting for. Only {@code Link} has threads of its own, which are virtual.
 *
 * <p>Deliberately absent: Weir, Netty, and any parser shared with them. A fault in the product must
 * not be hidden by the same fault here.
 */
@NullMarked
package dev.weir.pgkit;

import org.jspecify.annotations.NullMarked;
