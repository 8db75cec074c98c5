package dev.weir.config;

import java.util.Map;

/**
 * What is configured elsewhere than in the file. It takes precedence over the file, and is asked
 * again at each RELOAD.
 */
@FunctionalInterface
public interface Overlay {
    /** Nothing. */
    Overlay NONE = _ -> {};

    /** Puts its values on top of what the file says. */
    void apply(Target target);

    /**
     * The configuration that is being read. The origin of a value is what messages about it begin
     * with, such as the name of a variable.
     */
    interface Target {
        /** Whether there is a file below. */
        boolean hasFile();

        /** What is not set has the defaults of Weir's own configurations, not PgBouncer's. */
        void haveOwnDefaults();

        /** Whether an entry of {@code [databases]} may have this key. */
        boolean isKeyOfDatabase(String key);

        /** Sets a global setting; a bad value is a problem. */
        void set(Setting<?> setting, String value, String origin);

        /**
         * Adds an entry of {@code [databases]}, instead of one with this name in the file.
         *
         * @param keys as in the file; an unknown key is a problem
         */
        void database(String name, Map<String, String> keys, String origin);

        /** Adds lines of {@code [databases]} or {@code [users]}, as they would be in the file. */
        void lines(Part part, String lines, String origin);

        /** Adds a user who may log in, instead of one with this name in the users file. */
        void user(String name, String secret, String origin);

        /** Adds lines of a users file. */
        void users(String lines, String origin);

        void problem(String origin, String text);

        /** Adds a warning; of several about the same subject the last one is kept. */
        void warning(String subject, String origin, String text);
    }

    /** The sections whose lines may come from elsewhere. */
    enum Part {
        DATABASES,
        USERS
    }
}
