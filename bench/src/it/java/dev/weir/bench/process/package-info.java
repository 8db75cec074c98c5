/**
 * Tests of the process as operators see it: signals, command line, log, pid file, several processes
 * on one port.
 */
@NullMarked
package dev.weir.bench.process;

import org.jspecify.annotations.NullMarked;
