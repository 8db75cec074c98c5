/**
 * What the statements of clients cost, by fingerprint, and the log of slow ones.
 *
 * <p>Entry type: {@link dev.weir.statements.Statements}, from which pools get the observers of new
 * server connections. Each loop counts in its own table; snapshots are merged on request.
 * Deliberately absent: constants and parameters. Texts have a symbol for each.
 */
@NullMarked
package dev.weir.statements;

import org.jspecify.annotations.NullMarked;
