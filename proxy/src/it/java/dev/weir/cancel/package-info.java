/**
 * Cancel requests against a real PostgreSQL: they hit the query they were meant for or nothing.
 *
 * <p>Entry type: none; each class is a suite of its own. Runs on the test's threads. Deliberately
 * absent: pools and faults of servers.
 */
@NullMarked
package dev.weir.cancel;

import org.jspecify.annotations.NullMarked;
