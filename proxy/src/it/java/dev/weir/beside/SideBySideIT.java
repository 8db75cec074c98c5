package dev.weir.beside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.pgkit.PgBouncer;
import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The trials of {@code src/it/beside}: PgBouncer and Weir give the same answers to the same steps,
 * except where docs/pgbouncer.md says otherwise. {@code -Dbeside=FILE} runs the trials of one file.
 */
final class SideBySideIT {
    private static final Path TRIALS = Path.of("src/it/beside");

    /** Prints all answers: {@code -Dbeside.show=true}, for who writes a trial. */
    private static final boolean SHOWS = Boolean.getBoolean("beside.show");

    private static final boolean SOAKS = Boolean.getBoolean("weir.soak");

    private static final Answer NONE = Answer.of(List.of());

    private static @Nullable PgCluster cluster;
    private static String manual = "";
    private static Path program = Path.of("pgbouncer");
    private static String version = "";

    @BeforeAll
    static void start() throws IOException {
        Optional<Path> found = PgBouncer.find();
        assumeTrue(
                found.isPresent(),
                "no PgBouncer here: ./dev tools installs one, PGBOUNCER=path names one");
        program = found.orElseThrow();
        version = PgBouncer.version(program);
        manual = Files.readString(Path.of("../docs/pgbouncer.md")).replaceAll("\\s+", " ");
        cluster = PgCluster.start();
        for (String name : List.of("bouncer", "weir")) {
            cluster.primary().execute("create database " + name);
        }
        cluster.primary().execute("create role w login password 'w'");
        for (String name : List.of("u", "v", "looker", "boss")) {
            cluster.primary().execute("create role " + name + " login");
        }
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    static Stream<Trial> trials() throws IOException {
        String only = System.getProperty("beside");
        List<Trial> all = new ArrayList<>();
        try (Stream<Path> files = only == null ? Files.list(TRIALS) : Stream.of(Path.of(only))) {
            for (Path file : files.sorted().toList()) {
                Trial.read(file).stream().filter(one -> SOAKS || !one.isLong).forEach(all::add);
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("trials")
    void answersAlike(Trial trial, @TempDir Path parent) throws IOException {
        PgNode node = Objects.requireNonNull(cluster).primary();
        Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<String> mistakes = new ArrayList<>();
        try (Pooler bouncer =
                        isOlder(trial.needs)
                                ? null
                                : Pooler.pgBouncer(program, trial, node, parent);
                Pooler weir = Pooler.weir(trial, node, parent);
                Play theirs = bouncer == null ? null : new Play(bouncer, node);
                Play ours = new Play(weir, node)) {
            for (Step step : trial.steps) {
                if (!Play.isShared(step, node)) {
                    mistakes.addAll(carryOut(step, theirs, ours));
                }
            }
        }
        assertThat(mistakes).as(trial.name).isEmpty();
    }

    /** On both at the same time, so that a step that waits costs its time once. */
    private static List<String> carryOut(Step step, @Nullable Play theirs, Play ours) {
        var pending =
                CompletableFuture.supplyAsync(() -> theirs == null ? NONE : theirs.carryOut(step));
        Answer our = ours.carryOut(step);
        Answer their = pending.join();
        if (SHOWS) {
            System.out.println(step + all("<", their.beside(our)) + all(">", our.beside(their)));
        }
        List<String> mistakes =
                new ArrayList<>(theirs == null ? List.of() : compare(step, their, our));
        for (String part : step.parts()) {
            if (!String.join("\n", our.beside(our)).contains(part)) {
                mistakes.add(step + ": " + our + " (expected: " + part + ")");
            }
        }
        return mistakes;
    }

    private static String all(String mark, List<String> lines) {
        return lines.stream()
                .map(line -> "\n    " + mark + ' ' + line)
                .collect(Collectors.joining());
    }

    private static boolean isOlder(String needed) {
        return !needed.isEmpty() && minor(version) < minor(needed);
    }

    private static int minor(String version) {
        return Integer.parseInt(version.split("[^0-9]+", -1)[1]);
    }

    /** The lines that the other has not. */
    private static String only(String mark, List<String> lines, List<String> others) {
        List<String> left = new ArrayList<>(lines);
        others.forEach(left::remove);
        return all(mark, left);
    }

    private static List<String> compare(Step step, Answer theirs, Answer ours) {
        List<String> mistakes = new ArrayList<>();
        List<String> said = theirs.beside(ours);
        List<String> our = ours.beside(theirs);
        boolean differs = !said.equals(our) || !theirs.missingIn(ours).isEmpty();
        List<Step.Difference> listed =
                step.differences().stream()
                        .filter(one -> !one.isOfVersions() || minor(version) < one.before())
                        .toList();
        if (differs == listed.isEmpty()) {
            mistakes.add(
                    (differs ? "differs: " : "is said to differ: ")
                            + step
                            + only("-", said, our)
                            + only("+", our, said)
                            + (theirs.missingIn(ours).isEmpty()
                                    ? ""
                                    : "\n    - columns " + theirs.missingIn(ours)));
        }
        for (Step.Difference difference : listed) {
            if (!difference.isOfVersions() && !manual.contains(difference.words())) {
                mistakes.add(step + ": docs/pgbouncer.md does not say " + difference.words());
            }
            if (!String.join("\n", our).contains(difference.weir())) {
                mistakes.add(step + ": Weir: " + our + " (expected: " + difference.weir() + ")");
            }
        }
        return mistakes;
    }
}
