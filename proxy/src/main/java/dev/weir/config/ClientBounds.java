package dev.weir.config;

/**
 * What Weir remembers for one client at most. Zero means no bound.
 *
 * @param statements names of prepared statements
 * @param statementBytes memory of those statements, as if no other client shared them
 * @param parameters settings that differ from those of a new session, or may
 * @param parameterBytes their names and values
 * @param notificationBytes notifications that wait for it
 * @param channels those on which it listens by the connection that its pool shares
 * @param requests messages that have not been answered; never zero
 */
public record ClientBounds(
        int statements,
        long statementBytes,
        int parameters,
        long parameterBytes,
        long notificationBytes,
        int channels,
        int requests) {
    static ClientBounds of(Config config) {
        return new ClientBounds(
                config.get(Settings.MAX_CLIENT_STATEMENTS),
                config.get(Settings.MAX_CLIENT_STATEMENT_MEMORY),
                config.get(Settings.MAX_CLIENT_PARAMETERS),
                config.get(Settings.MAX_CLIENT_PARAMETER_MEMORY),
                config.get(Settings.MAX_CLIENT_NOTIFICATION_MEMORY),
                config.get(Settings.MAX_CLIENT_CHANNELS),
                config.get(Settings.MAX_CLIENT_REQUESTS));
    }

    /** Whether {@code amount} is more than a bound allows. */
    public static boolean exceeds(long amount, long bound) {
        return bound > 0 && amount > bound;
    }
}
