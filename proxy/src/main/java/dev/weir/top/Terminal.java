package dev.weir.top;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The terminal of this process, read key by key while it is open. */
final class Terminal implements AutoCloseable {
    private static final String OTHER_SCREEN = "\u001b[?1049h";
    private static final String OWN_SCREEN = "\u001b[?1049l";
    private static final String HOME = "\u001b[H";
    private static final String REST_OF_LINE = "\u001b[K";
    private static final String REST_OF_SCREEN = "\u001b[J";
    private static final int END_OF_INPUT = -1;

    private final BlockingQueue<Integer> keys = new LinkedBlockingQueue<>();
    private final PrintStream out;
    private final String before;
    private final Thread atExit = new Thread(this::restore, "terminal");

    private Terminal(PrintStream out, String before) {
        this.out = out;
        this.before = before;
    }

    /** Whether there is one. */
    @SuppressWarnings("SystemConsoleNull") // it is with -Djdk.console=java.base
    static boolean isThere() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    /** Makes it give each key at once; {@link #close} undoes that, and so does the end of Weir. */
    static Terminal open(InputStream in, PrintStream out) throws IOException, InterruptedException {
        var terminal = new Terminal(out, stty("-g"));
        Runtime.getRuntime().addShutdownHook(terminal.atExit);
        stty("-icanon", "-echo", "min", "1");
        out.print(OTHER_SCREEN);
        Thread.ofVirtual().name("keys").start(() -> terminal.readKeys(in));
        return terminal;
    }

    /** Until the input ends: nobody can be made to press another key. */
    private void readKeys(InputStream in) {
        try {
            int key;
            do {
                key = in.read();
                keys.add(key);
            } while (key != END_OF_INPUT);
        } catch (IOException _) {
            keys.add(END_OF_INPUT);
        }
    }

    /** Lines and columns. */
    int[] size() throws IOException, InterruptedException {
        String[] words = stty("size").split(" ", -1);
        return new int[] {Integer.parseInt(words[0]), Integer.parseInt(words[1])};
    }

    /** Shows lines in place of what was shown. */
    void show(List<String> lines) {
        var page = new StringBuilder(HOME);
        page.append(String.join(REST_OF_LINE + "\n", lines)).append(REST_OF_LINE);
        out.print(page.append(REST_OF_SCREEN));
        out.flush();
    }

    /** Waits for a key; returns 0 if none has come in this time. */
    int key(long millis) throws InterruptedException {
        Integer key = keys.poll(millis, TimeUnit.MILLISECONDS);
        return key == null ? 0 : key;
    }

    @Override
    public void close() {
        restore();
        Runtime.getRuntime().removeShutdownHook(atExit);
    }

    private void restore() {
        out.print(OWN_SCREEN);
        out.flush();
        try {
            stty(before);
        } catch (IOException e) {
            out.println("stty: " + e.getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static String stty(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("stty"));
        command.addAll(List.of(arguments));
        Process process =
                new ProcessBuilder(command)
                        .redirectInput(ProcessBuilder.Redirect.INHERIT)
                        .redirectErrorStream(true)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new IOException(said);
        }
        return said;
    }
}
