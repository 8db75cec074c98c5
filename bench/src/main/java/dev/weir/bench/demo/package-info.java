/**
 * {@code weir demo}: PostgreSQL, Weir in front of it, and a tour that shows with real traffic what
 * Weir does.
 *
 * <p>Entry type: {@link dev.weir.bench.demo.Demo}. Runs on the main thread; the clients of the tour
 * are virtual threads. Deliberately absent: comparable figures. The clients, Weir and PostgreSQL
 * share one machine here, and the first two even one process; {@code ./dev bench} is for measuring.
 */
@NullMarked
package dev.weir.bench.demo;

import org.jspecify.annotations.NullMarked;
