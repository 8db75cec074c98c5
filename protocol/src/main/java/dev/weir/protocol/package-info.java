/**
 * The PostgreSQL wire protocol 3.0 to 3.2: tags and their limits, the startup packet, control
 * messages in both directions, and the reading of error fields.
 *
 * <p>Entry types: {@link dev.weir.protocol.StartupDecoder}, {@link
 * dev.weir.protocol.BackendMessages} (what a client reads) and {@link
 * dev.weir.protocol.FrontendMessages} (what a server reads). Every method runs on the caller's
 * thread and touches nothing but the buffer that it is given, which it borrows.
 *
 * <p>Deliberately absent: channels, threads, clocks, a type for {@code DataRow} messages that are
 * passed through, and any buffering of whole messages.
 */
@NullMarked
package dev.weir.protocol;

import org.jspecify.annotations.NullMarked;
