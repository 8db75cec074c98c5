/**
 * The errors that Weir itself raises, in one table, and how a client is refused.
 *
 * <p>Entry types: {@link dev.weir.error.ProxyError}, and {@link dev.weir.error.Refusal}, which
 * writes one for the wire. Runs on the caller's thread. Deliberately absent: the errors of
 * PostgreSQL, which pass through unchanged.
 */
@NullMarked
package dev.weir.error;

import org.jspecify.annotations.NullMarked;
