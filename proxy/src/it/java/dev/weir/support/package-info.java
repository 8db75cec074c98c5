/**
 * What integration tests stand on: one PostgreSQL for all of them, a Weir in this JVM in front of
 * it, and the proof after every test that nothing was left behind.
 *
 * <p>Entry type: {@link dev.weir.support.Rig}. Runs on the test's thread. Deliberately absent:
 * mocks, and anything that makes a failing Weir look well, such as retries.
 */
@NullMarked
package dev.weir.support;

import org.jspecify.annotations.NullMarked;
