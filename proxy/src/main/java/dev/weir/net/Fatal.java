package dev.weir.net;

import io.netty.util.internal.OutOfDirectMemoryError;

/**
 * Errors after which nobody can tell what state the process is in: it ends, so that whoever
 * supervises it starts another. Netty catches whatever a task or a handler throws, logs it and goes
 * on; therefore those who are told of a {@link Throwable} ask here first.
 */
public final class Fatal {
    private Fatal() {}

    /**
     * Whether no part of the process can go on after this. A full direct memory is not: it is the
     * session's that asked for more. Nor is a stack that one text has used up, and a failed
     * assertion, which production does not check.
     */
    public static boolean is(Throwable cause) {
        return cause instanceof Error
                && !(cause instanceof OutOfDirectMemoryError)
                && !(cause instanceof StackOverflowError)
                && !(cause instanceof AssertionError);
    }

    /**
     * Hands a fatal error to the handler for what this thread does not catch, which ends the
     * process where it is Weir's own; does nothing with any other.
     */
    public static void check(Throwable cause) {
        if (is(cause)) {
            tell(cause);
        }
    }

    /** Hands an error to that handler. */
    static void tell(Throwable cause) {
        Thread thread = Thread.currentThread();
        thread.getUncaughtExceptionHandler().uncaughtException(thread, cause);
    }

    /** A task that checks what it throws. */
    static Runnable checked(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (Throwable e) {
                check(e);
                throw e;
            }
        };
    }
}
