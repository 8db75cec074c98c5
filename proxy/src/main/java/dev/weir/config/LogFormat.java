package dev.weir.config;

/** The form of the lines of the log. */
public enum LogFormat {
    /** PgBouncer's, for people and for scripts that match its texts. */
    TEXT,
    /** A JSON object on each line. */
    JSON
}
