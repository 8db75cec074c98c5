/**
 * The console: PgBouncer's commands SHOW, PAUSE, RELOAD … and Weir's own, on the database {@code
 * pgbouncer} (also called {@code weir}), over the PostgreSQL protocol.
 *
 * <p>Entry type: {@link dev.weir.admin.ConsoleService}. A console runs on the loop that accepted
 * its client; what it shows is gathered on the loops that own it, and no loop waits for another.
 * Deliberately absent: the process itself, which is behind {@link dev.weir.observe.Control}.
 */
@NullMarked
package dev.weir.admin;

import org.jspecify.annotations.NullMarked;
