/**
 * The differential test: the same conversations with PostgreSQL and, through Weir, with PostgreSQL
 * must read the same.
 *
 * <p>Entry types: {@link dev.weir.differential.DifferentialIT}, and {@link
 * dev.weir.differential.Conversation} for the language of the corpus. Runs on the test's thread.
 * Deliberately absent: expected answers. PostgreSQL is the oracle.
 */
@NullMarked
package dev.weir.differential;

import org.jspecify.annotations.NullMarked;
