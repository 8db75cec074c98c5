package dev.weir.bench.failover;

/** A client was answered what nobody has asked. */
final class WrongAnswerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WrongAnswerException(String message) {
        super(message);
    }
}
