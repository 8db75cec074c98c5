/**
 * One connection to PostgreSQL: opening it, its ledger, its prepared statements and parameters, its
 * cancel requests, its end.
 *
 * <p>Entry type: {@link dev.weir.backend.ServerConnection}. Runs on the connection's loop.
 * Deliberately absent: who uses the connection (see {@code pool}) and on whose behalf ({@code
 * session}).
 */
@NullMarked
package dev.weir.backend;

import org.jspecify.annotations.NullMarked;
