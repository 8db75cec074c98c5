/**
 * The edge cases of EDGE-CASES A, B and C as tests with names, each against a real PostgreSQL.
 *
 * <p>Entry types: the classes that end in IT. Runs on the test's thread. Deliberately absent:
 * comparison with PostgreSQL's own answers, which {@code dev.weir.differential} does.
 */
@NullMarked
package dev.weir.session;

import org.jspecify.annotations.NullMarked;
