package dev.weir.tls;

/** A file or a value of the TLS settings that cannot be used. Its message never has a secret. */
final class InvalidTls extends Exception {
    private static final long serialVersionUID = 1L;

    InvalidTls(String message) {
        super(message, null, false, false);
    }
}
