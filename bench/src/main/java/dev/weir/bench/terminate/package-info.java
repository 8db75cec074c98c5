/**
 * The proof of the rule by which Weir says that a statement was rolled back: {@code ./dev bench
 * --terminate}. Talks to PostgreSQL alone.
 *
 * <p>Entry type: {@link dev.weir.bench.terminate.Terminate}. Deliberately absent: Weir.
 */
@NullMarked
package dev.weir.bench.terminate;

import org.jspecify.annotations.NullMarked;
