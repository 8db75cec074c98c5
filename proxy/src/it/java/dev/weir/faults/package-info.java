/**
 * What Weir does when clients, servers and the network between them fail: random deaths under load,
 * broken messages, servers that lie.
 *
 * <p>Entry type: {@link dev.weir.faults.ChaosIT}. Runs on the test's threads. Deliberately absent:
 * the comparison with PostgreSQL's own answers; that is the differential suite's.
 */
@NullMarked
package dev.weir.faults;

import org.jspecify.annotations.NullMarked;
