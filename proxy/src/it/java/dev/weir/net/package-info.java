/** Sockets and host names, seen from outside. */
@NullMarked
package dev.weir.net;

import org.jspecify.annotations.NullMarked;
