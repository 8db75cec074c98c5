package dev.weir.pgkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * A shell that waits until we end, and then ends what we left running.
 *
 * <p>It reads from a pipe that only we hold open. If the JVM is killed, its shutdown hooks do not
 * run, but the pipe is closed all the same.
 */
record Watchman(Process shell) {
    private static final String SCRIPT =
            """
            trap '' INT TERM HUP
            read -r _
            cat "$1"/*.pid | while read -r pid; do kill -KILL "$pid"; done
            for file in "$1"/*/postmaster.pid; do
              pid=$(head -n 1 "$file" 2>/dev/null) || continue
              [ "$(cat "/proc/$pid/comm")" = postgres ] || continue
              kill -CONT "$pid"
              kill -QUIT "$pid"
              while [ -e "$file" ] && kill -0 "$pid"; do sleep 0.05; done
            done
            rm -rf -- "$2"
            [ "$3" = kept ] || rm -rf -- "$1"
            """;

    static Watchman over(Path directory, Path sockets, boolean kept) {
        try {
            return new Watchman(
                    new ProcessBuilder(
                                    "sh",
                                    "-c",
                                    SCRIPT,
                                    "pgkit-watchman",
                                    directory.toString(),
                                    sockets.toString(),
                                    kept ? "kept" : "gone")
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start sh", e);
        }
    }

    /** Ends the shell when nothing is left for it to end. */
    void dismiss() {
        try {
            shell.getOutputStream().close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close the pipe to sh", e);
        }
    }
}
