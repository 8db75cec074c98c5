/** Tests of the messages with bytes written by hand from the PostgreSQL manual. */
@NullMarked
package dev.weir.protocol;

import org.jspecify.annotations.NullMarked;
