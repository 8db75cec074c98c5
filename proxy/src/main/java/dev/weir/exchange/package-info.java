/**
 * The ledger of one server connection: what the server still owes, what of it is swallowed, and
 * whether the connection is anyone's to take.
 *
 * <p>Entry type: {@link dev.weir.exchange.Ledger}. Runs on the caller's thread. Deliberately
 * absent: channels, buffers, clocks. The package is pure, so that it can be run against transcripts
 * that were recorded from a real PostgreSQL.
 */
@NullMarked
package dev.weir.exchange;

import org.jspecify.annotations.NullMarked;
