/**
 * The process: command line, wiring, start and end.
 *
 * <p>Entry types: {@link dev.weir.app.Main} for an operator, {@link dev.weir.app.Weir} for one who
 * embeds or tests it. Runs on the main thread. Deliberately absent: everything that a connection
 * does.
 */
@NullMarked
package dev.weir.app;

import org.jspecify.annotations.NullMarked;
