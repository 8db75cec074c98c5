/**
 * What a statement text says about the session that runs it: an exact PostgreSQL lexer and the
 * classification of texts.
 *
 * <p>The entry is {@link dev.weir.sql.Classifier}. It runs on the thread of its caller, in one pass
 * over the bytes, and is total: any bytes get an answer. Deliberately absent: a grammar. PostgreSQL
 * parses a whole Query before it runs any of it, so a text that does not parse has no effect and
 * may be classified either way; only valid texts must be understood.
 */
@NullMarked
package dev.weir.sql;

import org.jspecify.annotations.NullMarked;
