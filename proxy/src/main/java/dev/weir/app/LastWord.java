package dev.weir.app;

import dev.weir.log.LogLine;
import dev.weir.net.Fatal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a process that cannot go on: it says why, and ends at once with a status by which its
 * supervisor knows that it is to be started again. Nothing is closed, since that needs the parts
 * that failed.
 */
final class LastWord {
    /** The status of such an end; also that of the JVM when its heap is full. */
    static final int STATUS = 3;

    private static final Logger log = LoggerFactory.getLogger(LastWord.class);

    private LastWord() {}

    /** A thread ends with this, or would have if nobody had caught it. */
    static void uncaught(Thread thread, Throwable cause) {
        if (Fatal.is(cause)) {
            of(cause);
        }
        log.error("thread_failed thread={}", thread.getName(), cause);
    }

    /** Says why, and ends the process. */
    static void of(Throwable cause) {
        try {
            log.error(
                    LogLine.FATAL,
                    "cannot go on in thread {}",
                    Thread.currentThread().getName(),
                    cause);
        } finally {
            Runtime.getRuntime().halt(STATUS);
        }
    }
}
