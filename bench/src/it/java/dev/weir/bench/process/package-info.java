/** The process as operators meet it: signals, command line, log, pid file, several on one port. */
@NullMarked
package dev.weir.bench.process;

import org.jspecify.annotations.NullMarked;
