package dev.weir.net;

import io.netty.util.internal.OutOfDirectMemoryError;

/**
 * Errors after which the state of the process is unknown: it ends, so that its supervisor starts
 * another. Netty catches whatever a task or a handler throws, logs it and goes on; therefore code
 * that receives a {@link Throwable} calls {@link #check} first.
 */
public final class Fatal {
    private Fatal() {}

    /**
     * Whether no part of the process can go on after this. Exhausted direct memory is not fatal: it
     * concerns the session that asked for more. Neither is a stack overflow, which one text causes,
     * nor a failed assertion, which production does not check.
     */
    public static boolean is(Throwable cause) {
        return cause instanceof Error
                && !(cause instanceof OutOfDirectMemoryError)
                && !(cause instanceof StackOverflowError)
                && !(cause instanceof AssertionError);
    }

    /**
     * Passes a fatal error to this thread's handler for uncaught exceptions, which ends the process
     * if it is Weir's own; ignores other errors.
     */
    public static void check(Throwable cause) {
        if (is(cause)) {
            tell(cause);
        }
    }

    /** Passes an error to that handler. */
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
