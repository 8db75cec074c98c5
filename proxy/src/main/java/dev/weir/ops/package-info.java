/**
 * The operations port: what operators, probes and monitoring systems ask of this process by HTTP.
 *
 * <p>Entry type: {@link dev.weir.ops.OpsPort}. Runs on one event loop of its own, and makes its
 * answers on virtual threads; the loops of clients are only asked for snapshots. A view of {@link
 * dev.weir.observe}, as the console is. Deliberately absent: anything that clients of databases
 * need, and answers for other origins (CORS).
 */
@NullMarked
package dev.weir.ops;

import org.jspecify.annotations.NullMarked;
