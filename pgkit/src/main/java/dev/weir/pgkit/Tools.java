package dev.weir.pgkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Runs programs of this machine, among them PostgreSQL's own (psql, pgbench, pg_dump, …) where
 * installed.
 */
public final class Tools {
    static final Path DEBIAN = Path.of("/usr/lib/postgresql");
    private static final Pattern LEADING_DIGITS = Pattern.compile("[0-9]{1,4}");

    private Tools() {}

    /** The outcome of a program. */
    public record Result(int exit, String out, String err) {
        /** Returns this if the program succeeded; otherwise throws with everything it printed. */
        public Result orThrow() {
            if (exit != 0) {
                throw new IllegalStateException("exit: " + exit + " (expected: 0)\n" + out + err);
            }
            return this;
        }
    }

    /**
     * Finds a program in {@code /usr/lib/postgresql/*}{@code /bin}, newest version first, then in
     * PATH (where Debian has a Perl wrapper of the same name).
     */
    public static Optional<Path> find(String program) {
        List<Path> places = new ArrayList<>(debianBinaries());
        for (String place : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            places.add(Path.of(place));
        }
        for (Path place : places) {
            Path file = place.resolve(program);
            if (Files.isExecutable(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    /** Runs a program without input until it ends; kills it and throws after {@code timeout}. */
    public static Result run(Duration timeout, String... command) {
        return run(timeout, new ProcessBuilder(command));
    }

    /** Like {@link #run(Duration, String...)}, with its own environment and directory. */
    public static Result run(Duration timeout, ProcessBuilder builder) {
        String command = String.join(" ", builder.command());
        try {
            Process process =
                    builder.redirectInput(
                                    ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                            .start();
            CompletableFuture<String> out = drain(process.getInputStream());
            CompletableFuture<String> err = drain(process.getErrorStream());
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new IllegalStateException(
                        "still running after "
                                + timeout
                                + ": "
                                + command
                                + "\n"
                                + out.exceptionally(_ -> "").join()
                                + err.exceptionally(_ -> "").join());
            }
            return new Result(process.exitValue(), out.join(), err.join());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + command, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while running " + command, e);
        }
    }

    /**
     * Reads a stream on a platform thread: a pipe blocks the carrier of a virtual thread, and there
     * may be only two carriers for all of them.
     */
    private static CompletableFuture<String> drain(InputStream stream) {
        CompletableFuture<String> text = new CompletableFuture<>();
        Thread.ofPlatform()
                .daemon()
                .start(() -> {
                    try (stream) {
                        text.complete(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
                    } catch (IOException e) {
                        text.completeExceptionally(e);
                    }
                });
        return text;
    }

    private static List<Path> debianBinaries() {
        if (!Files.isDirectory(DEBIAN)) {
            return List.of();
        }
        try (Stream<Path> versions = Files.list(DEBIAN)) {
            return versions.sorted(Comparator.comparing(Tools::majorVersion).reversed())
                    .map(version -> version.resolve("bin"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + DEBIAN, e);
        }
    }

    /** Returns 15 for {@code 15}, 9 for {@code 9.6}, and 0 for anything that is not a version. */
    private static Integer majorVersion(Path directory) {
        Matcher digits = LEADING_DIGITS.matcher(directory.getFileName().toString());
        return digits.lookingAt() ? Integer.valueOf(digits.group()) : 0;
    }
}
