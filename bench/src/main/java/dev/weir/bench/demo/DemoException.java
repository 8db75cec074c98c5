package dev.weir.bench.demo;

/** The reason why the demo cannot continue, in words for the user who started it. */
final class DemoException extends Exception {
    private static final long serialVersionUID = 1;

    DemoException(String message) {
        super(message);
    }
}
