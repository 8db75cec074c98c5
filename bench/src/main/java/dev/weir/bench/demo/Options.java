package dev.weir.bench.demo;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The command line of the demo.
 *
 * @param exits whether to exit after the tour
 * @param port the port that Weir listens on; 0 means any free port
 * @param replicas 0 to 5
 * @param keep the directory whose data outlive the demo; null if nothing is kept
 */
record Options(boolean exits, int port, int replicas, @Nullable Path keep) {
    private static final int PORT = 6432;
    private static final int PORT_MAX = 65_535;
    private static final int REPLICAS = 2;
    private static final int REPLICAS_MAX = 5;

    /** Parses {@code --name value} and {@code --name=value}. */
    static Options parse(List<String> args) throws DemoException {
        boolean exits = false;
        int port = PORT;
        int replicas = REPLICAS;
        Path keep = null;
        Deque<String> words = new ArrayDeque<>(args);
        while (!words.isEmpty()) {
            String word = words.pop();
            int equals = word.startsWith("--") ? word.indexOf('=') : -1;
            if (equals > 0) {
                words.push(word.substring(equals + 1));
                word = word.substring(0, equals);
            }
            switch (word) {
                case "--exit" -> {
                    if (equals > 0) {
                        throw new DemoException("--exit takes no value");
                    }
                    exits = true;
                }
                case "--port" -> port = number(word, words, PORT_MAX);
                case "--replicas" -> replicas = number(word, words, REPLICAS_MAX);
                case "--keep" -> keep = Path.of(value(word, words, "a directory"));
                default ->
                        throw new DemoException(
                                "unknown option: "
                                        + word
                                        + " (expected: --exit, --port N, --replicas N, --keep"
                                        + " DIR)");
            }
        }
        return new Options(exits, port, replicas, keep);
    }

    private static int number(String option, Deque<String> words, int most) throws DemoException {
        String expected = "a number from 0 to " + most;
        String value = value(option, words, expected);
        if (value.matches("[0-9]{1,9}") && Integer.parseInt(value) <= most) {
            return Integer.parseInt(value);
        }
        throw new DemoException(option + ": " + value + " (expected: " + expected + ")");
    }

    private static String value(String option, Deque<String> words, String expected)
            throws DemoException {
        String value = words.poll();
        if (value == null || value.isEmpty()) {
            throw new DemoException(option + " lacks its value (expected: " + expected + ")");
        }
        return value;
    }
}
