/**
 * The operations port, which serves operators, probes and monitoring systems over HTTP.
 *
 * <p>Entry type: {@link dev.weir.ops.OpsPort}. Runs on an event loop of its own and makes its
 * answers on virtual threads; the loops of clients only provide snapshots. A view of {@link
 * dev.weir.observe}, like the console. Deliberately absent: anything that clients of databases
 * need, and answers for other origins (CORS).
 */
@NullMarked
package dev.weir.ops;

import org.jspecify.annotations.NullMarked;
