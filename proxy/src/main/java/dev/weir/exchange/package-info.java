/**
 * The ledger of one server connection: what the server still owes, which answers are swallowed, and
 * whether another client can get the connection.
 *
 * <p>Entry type: {@link dev.weir.exchange.Ledger}, which tells a {@link
 * dev.weir.exchange.RequestObserver} of the end of each request. Runs on the caller's thread.
 * Deliberately absent: channels, buffers, clocks. The package is pure, so that it can be run
 * against transcripts recorded from a real PostgreSQL.
 */
@NullMarked
package dev.weir.exchange;

import org.jspecify.annotations.NullMarked;
