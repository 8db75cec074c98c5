/**
 * TLS on both sides: real certificates, real PostgreSQL, psql and pgjdbc, and somebody in between.
 */
@NullMarked
package dev.weir.tls;

import org.jspecify.annotations.NullMarked;
