/**
 * Statement texts: an exact PostgreSQL lexer, and what a text may do to the session that runs it
 * and needs from the node on which it runs.
 *
 * <p>The entry is {@link dev.weir.sql.Texts}, which keeps the texts of one event loop; {@link
 * dev.weir.sql.Classifier} reads a text that is not kept. Both run on the thread of their caller,
 * in one pass over the bytes, and are total: they give an answer for any bytes. Deliberately
 * absent: a grammar. PostgreSQL parses a whole Query before it runs any of it, so a text that does
 * not parse has no effect and may be classified either way; only valid texts must be understood.
 */
@NullMarked
package dev.weir.sql;

import org.jspecify.annotations.NullMarked;
