package dev.weir.error;

/** What an error does to the client connection. */
public enum Severity {
    /** The statement fails, the connection stays. */
    ERROR,
    /** The connection closes. */
    FATAL
}
