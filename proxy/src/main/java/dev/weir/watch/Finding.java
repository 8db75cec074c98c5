package dev.weir.watch;

/**
 * Something that is wrong, or that an operator has done and may have forgotten.
 *
 * @param what in one or two sentences
 * @param remedy what to do, in one or two sentences
 * @param command of the console that would fix it; empty if none would
 * @param screen where more of it is shown
 */
public record Finding(
        Severity severity, String what, String remedy, String command, Screen screen) {
    /** How bad it is, the worst first. */
    public enum Severity {
        /** Clients are not served. */
        DOWN,
        /** Some clients are served late, or will not be served soon. */
        WARNING,
        /** No client is affected. */
        NOTE
    }

    /** The screen where more is shown. */
    public enum Screen {
        NOW,
        CLUSTER,
        SESSIONS,
        LIMITS
    }
}
