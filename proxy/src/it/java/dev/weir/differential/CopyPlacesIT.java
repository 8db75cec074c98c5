package dev.weir.differential;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weir.config.PoolMode;
import dev.weir.support.Rig;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * COPY FROM STDIN in any place of any text and batch: the server waits for the client there, so
 * Weir must not wait for the server.
 */
final class CopyPlacesIT {
    @RegisterExtension static final Rig one = Rig.shared(PoolMode.TRANSACTION, 1, "max_pinned = 1");

    @RegisterExtension static final Rig two = Rig.shared(PoolMode.TRANSACTION, 2, "max_pinned = 2");

    private static final String COPY = "copy {d}.t from stdin";

    /** Statements for which Weir waits until the server has answered, and two for which not. */
    private static final List<String> NEIGHBOURS =
            List.of(
                    "select 1",
                    "create table {d}.u (i int)",
                    "set work_mem = '5MB'",
                    "select set_config('copy.place', 'x', false)",
                    "create temp table temporary (i int)",
                    "prepare p as select 1",
                    "listen place",
                    "select pg_advisory_lock(1)",
                    "do $$begin perform 1; end$$",
                    "select length('{x*70000}')");

    /** What the client says when the server asks for data, or before it does. */
    private static final List<List<String>> DATA =
            List.of(
                    List.of("> G", "d 1\\n", "c"),
                    List.of("d 1\\n", "c"),
                    List.of("> G", "d 1\\n", "f enough"),
                    List.of("> G", "d too\\tmany\\n", "c"),
                    List.of("> G", "H", "S", "d 1\\n", "S", "c"),
                    List.of("> G", "d {x*9000}\\n", "d {x*9000}\\n", "c"));

    /** The same, where the client has said Sync before. */
    private static final List<List<String>> DATA_AND_SYNC =
            List.of(
                    List.of("H", "> G", "d 1\\n", "c", "S"),
                    List.of("d 1\\n", "c", "S"),
                    List.of("S", "d 1\\n", "c", "S"),
                    List.of("S", "> G", "d 1\\n", "S", "c", "S"),
                    List.of("H", "> G", "d too\\tmany\\n", "c", "S"),
                    List.of("H", "> G", "f enough", "S"));

    @TestFactory
    Stream<DynamicTest> inATextOfSeveralStatements() {
        List<List<String>> all = new ArrayList<>();
        for (String neighbour : NEIGHBOURS) {
            for (List<String> data : DATA) {
                all.add(said(data, "Q %s; %s; select 2".formatted(neighbour, COPY)));
                all.add(said(data, "Q select 2; %s; %s".formatted(COPY, neighbour)));
            }
        }
        return held(all);
    }

    @TestFactory
    Stream<DynamicTest> twiceInOneText() {
        List<List<String>> all = new ArrayList<>();
        for (String neighbour : NEIGHBOURS) {
            String text = "Q %s; %s; select 2; %s".formatted(neighbour, COPY, COPY);
            all.add(said(List.of("> G", "d 1\\n", "c", "> G", "d 2\\n", "c"), text));
            all.add(said(List.of("d 1\\n", "c", "d 2\\n", "c"), text));
            all.add(said(List.of("> G", "f no", "d 2\\n", "c"), text));
        }
        return held(all);
    }

    @TestFactory
    Stream<DynamicTest> behindAQueryOfTheSamePacket() {
        List<List<String>> all = new ArrayList<>();
        for (String neighbour : NEIGHBOURS) {
            String[] texts = {"Q " + neighbour, "Q " + COPY};
            all.add(said(List.of("d 1\\n", "c", "Q select 3", "> Z", "> Z"), texts));
            all.add(said(List.of("> G", "d 1\\n", "c"), texts));
            all.add(said(List.of("> G", "Q in the way", "> end"), texts));
        }
        return held(all);
    }

    @TestFactory
    Stream<DynamicTest> inABatch() {
        List<List<String>> all = new ArrayList<>();
        for (int i = 0; i < NEIGHBOURS.size(); i++) {
            String name = i % 2 == 0 ? "named" : "\"\"";
            String[] batch = {
                "P n | " + NEIGHBOURS.get(i),
                "B \"\" n",
                "E \"\" 0",
                "P " + name + " | " + COPY,
                "B \"\" " + name,
                "E \"\" 0"
            };
            for (List<String> data : DATA_AND_SYNC) {
                all.add(said(data, batch));
            }
        }
        return held(all);
    }

    @TestFactory
    Stream<DynamicTest> inABlock() {
        List<List<String>> all = new ArrayList<>();
        for (String neighbour : NEIGHBOURS) {
            String[] text = {"Q begin", "> Z", "Q %s; %s".formatted(neighbour, COPY)};
            for (List<String> data : DATA) {
                List<String> whole = new ArrayList<>(said(data, text));
                whole.addAll(List.of("> Z", "Q commit"));
                all.add(whole);
            }
        }
        return held(all);
    }

    /** What a client says to begin with, and then. */
    private static List<String> said(List<String> data, String... first) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(data);
        return all;
    }

    /**
     * Holds each with PostgreSQL, and through Weir with one and two connections, in the check with
     * one of both in turn.
     */
    private static Stream<DynamicTest> held(List<List<String>> all) {
        Stream.Builder<DynamicTest> tests = Stream.builder();
        int count = 0;
        for (List<String> said : all) {
            boolean isOdd = count++ % 2 != 0;
            String name = String.join(" ", said).replaceAll("[{]x.([0-9]+)}", "x…$1");
            Conversation conversation = Conversation.parse("## " + name).getFirst();
            String text =
                    """
                    ## copy
                    Q create table {d}.t (s text)
                    > Z
                    %s
                    > Z
                    Q select count(*), sum(length(s)) from {d}.t
                    > Z
                    """
                            .formatted(String.join("\n", said));
            conversation.lines().addAll(Conversation.parse(text).getFirst().lines());
            if (Rig.SOAK || !isOdd) {
                tests.add(
                        dynamicTest("1: " + name, () -> DifferentialIT.compare(one, conversation)));
            }
            if (Rig.SOAK || isOdd) {
                tests.add(
                        dynamicTest("2: " + name, () -> DifferentialIT.compare(two, conversation)));
            }
        }
        return tests.build();
    }
}
