/**
 * The PostgreSQL wire protocol 3.0 to 3.2: tags and their limits, the startup packet, control
 * messages in both directions, and a look into errors.
 *
 * <p>Start with {@link dev.weir.protocol.StartupDecoder}, {@link dev.weir.protocol.BackendMessages}
 * (what a client reads) and {@link dev.weir.protocol.FrontendMessages} (what a server reads). Every
 * method runs on its caller's thread and touches nothing but the buffer it is given, which it
 * borrows.
 *
 * <p>Deliberately absent: channels, threads, clocks, a type for {@code DataRow} on its way through,
 * and any message that is buffered whole.
 */
@NullMarked
package dev.weir.protocol;

import org.jspecify.annotations.NullMarked;
