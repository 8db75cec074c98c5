package dev.weir.bench.demo;

/** What keeps the demo from going on, in words for the one who started it. */
final class DemoException extends Exception {
    private static final long serialVersionUID = 1;

    DemoException(String message) {
        super(message);
    }
}
