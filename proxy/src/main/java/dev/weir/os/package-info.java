/**
 * The operating system as seen by a server process: signals, process ids, the user it runs as, the
 * service manager, datagrams on Unix sockets. What the JDK lacks is called in the C library through
 * the FFM API.
 *
 * <p>Entry types: {@link dev.weir.os.Signals}, {@link dev.weir.os.PidFile}, {@link
 * dev.weir.os.ServiceManager}. Runs on the caller's thread; signals have one of their own.
 * Deliberately absent: the configuration, and what a signal means.
 */
@NullMarked
package dev.weir.os;

import org.jspecify.annotations.NullMarked;
