/**
 * The process: command line, wiring, startup and shutdown.
 *
 * <p>Entry types: {@link dev.weir.app.Main} for an operator, {@link dev.weir.app.Weir} for
 * embedding and tests. Runs on the main thread. Deliberately absent: everything that a connection
 * does.
 */
@NullMarked
package dev.weir.app;

import org.jspecify.annotations.NullMarked;
