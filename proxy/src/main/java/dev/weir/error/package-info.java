/**
 * Every error that Weir itself raises, in one table.
 *
 * <p>Entry type: {@link dev.weir.error.ProxyError}. Runs on the caller's thread. Deliberately
 * absent: the errors of PostgreSQL, which pass through untouched.
 */
@NullMarked
package dev.weir.error;

import org.jspecify.annotations.NullMarked;
