package dev.weir.tls;

/**
 * Thrown if a file or a value of the TLS settings cannot be used. Its message never contains a
 * secret.
 */
final class InvalidTls extends Exception {
    private static final long serialVersionUID = 1L;

    InvalidTls(String message) {
        super(message, null, false, false);
    }
}
