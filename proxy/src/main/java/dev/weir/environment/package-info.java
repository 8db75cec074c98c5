/**
 * Configuration by environment variables: Weir's own names, libpq's, and those of other images.
 *
 * <p>Entry type: {@link dev.weir.environment.Environment}. Used by the thread that reads the
 * configuration. Deliberately absent: {@code System.getenv}, since the variables are passed in, and
 * the meaning of the values, which {@code config} knows.
 */
@NullMarked
package dev.weir.environment;

import org.jspecify.annotations.NullMarked;
