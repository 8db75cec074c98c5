/**
 * What the statements of clients cost, by their fingerprint, and the log of those that take long.
 *
 * <p>Entry type: {@link dev.weir.statements.Statements}, which pools ask who is to look on at a new
 * server connection. Each loop counts in a table of its own; snapshots are joined when somebody
 * asks. Deliberately absent: constants and parameters. Texts are told with a symbol for each.
 */
@NullMarked
package dev.weir.statements;

import org.jspecify.annotations.NullMarked;
