package dev.weir.watch;

/**
 * Something that is wrong, or that an operator has brought about and may have forgotten.
 *
 * @param what in one sentence or two
 * @param remedy what to do, in one sentence or two
 * @param command of the console that would mend it; empty if none would
 * @param screen where more of it is seen
 */
public record Finding(
        Severity severity, String what, String remedy, String command, Screen screen) {
    /** How bad it is, the worst first. */
    public enum Severity {
        /** Clients are not served. */
        DOWN,
        /** Some clients are served late, or will not be served soon. */
        WARNING,
        /** Nobody suffers. */
        NOTE
    }

    /** A place where more is shown. */
    public enum Screen {
        NOW,
        CLUSTER,
        SESSIONS,
        LIMITS
    }
}
