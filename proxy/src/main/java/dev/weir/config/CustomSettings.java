package dev.weir.config;

/**
 * What a client may find in a setting such as {@code app.tenant} that it has not set. Once such a
 * setting was set, PostgreSQL cannot take it back: RESET leaves an empty value where there was
 * none.
 */
public enum CustomSettings {
    /** An empty value, where another client has had one. */
    SHARED,
    /** No value: a server connection that may have an empty one is replaced. */
    STRICT
}
