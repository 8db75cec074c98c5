package dev.weir.sim;

import dev.weir.sim.Faults.Place;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Lets calls of Weir's to the system fail, one after the other: the calls of a small world are
 * counted, and then it is made again for each of them, which is refused, alone or with all that
 * follow at its place for a while. Everything that must hold in a world must hold in these.
 */
final class FaultWalk {
    private static final long STEPS = 1_500;

    private static final double NANOS_PER_SECOND = 1e9;

    private static final List<Rules> WORLDS =
            List.of(
                    Rules.quiet(1, 1, 4, "transaction"),
                    Rules.quiet(2, 2, 5, "transaction"),
                    Rules.quiet(1, 1, 3, "session"));

    private final Sim sim;
    private final Map<Place, Integer> tried = new EnumMap<>(Place.class);
    private final Map<Place, Map<String, Integer>> byPeer = new EnumMap<>(Place.class);
    private final Map<Place, Map<String, Integer>> byPool = new EnumMap<>(Place.class);

    FaultWalk(Sim sim) {
        this.sim = sim;
    }

    /**
     * Tries calls of the worlds of one seed.
     *
     * @param perPlace how many of the calls at each place of each world; 0 = all
     */
    void walk(long seed, int perPlace) {
        for (Rules rules : WORLDS) {
            Faults counting = Faults.counting();
            sim.run(new World(seed, rules, counting), STEPS);
            counting.calls()
                    .forEach((place, calls) -> {
                        int step = perPlace == 0 ? 1 : Math.max(1, calls / perPlace);
                        for (int number = 1; number <= calls; number += step) {
                            refuse(seed, rules, place, number, false);
                            refuse(seed, rules, place, number, true);
                        }
                    });
        }
    }

    private void refuse(long seed, Rules rules, Place place, int number, boolean lasts) {
        Faults faults = Faults.at(place, number, lasts);
        try {
            sim.run(new World(seed, rules, faults), STEPS);
        } catch (SimulationFailure e) {
            throw new AssertionError(
                    "call %d at %s is refused%s, %s"
                            .formatted(number, place, lasts ? " for 2 s" : "", faults.struckAt()),
                    e);
        }
        Faults.State state = faults.struckAt();
        if (state != null) {
            tried.merge(place, 1, Integer::sum);
            byPeer.computeIfAbsent(place, _ -> new TreeMap<>())
                    .merge(state.peer().isEmpty() ? "nobody" : state.peer(), 1, Integer::sum);
            byPool.computeIfAbsent(place, _ -> new TreeMap<>())
                    .merge(state.pool(), 1, Integer::sum);
        }
    }

    /** How many calls were refused. */
    int tried() {
        return tried.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** The places that were tried. */
    List<Place> places() {
        return List.copyOf(tried.keySet());
    }

    /** How many combinations of a place and the state of things were tried. */
    private int cells() {
        int sum = 0;
        for (Map<String, Integer> one : byPeer.values()) {
            sum += one.size();
        }
        for (Map<String, Integer> one : byPool.values()) {
            sum += one.size();
        }
        return sum;
    }

    /** What was tried, as tables of the manual. */
    String tables() {
        return table("about", byPeer) + "\n" + table("the pool", byPool);
    }

    private static String table(String title, Map<Place, Map<String, Integer>> counts) {
        Set<String> columns = new TreeSet<>();
        counts.values().forEach(one -> columns.addAll(one.keySet()));
        var lines = new ArrayList<String>();
        lines.add(line(title, columns, column -> column));
        lines.add(line("---", columns, _ -> "---"));
        counts.forEach((place, one) ->
                lines.add(
                        line(
                                place.title,
                                columns,
                                column -> String.valueOf(one.getOrDefault(column, 0)))));
        return String.join("\n", lines) + "\n";
    }

    private static String line(String first, Set<String> columns, Function<String, String> cell) {
        var line = new StringBuilder("| ").append(first);
        columns.forEach(column -> line.append(" | ").append(cell.apply(column)));
        return line.append(" |").toString();
    }

    /** Tries all calls of so many seeds, and tells what was tried. */
    static void main(long seed, int seeds) {
        var walk = new FaultWalk(new Sim(false));
        long begun = System.nanoTime();
        for (long next = seed; next < seed + seeds; next++) {
            walk.walk(next, 0);
        }
        System.out.printf(
                "seeds=%d..%d calls=%d cells=%d seconds=%.0f%n%n%s",
                seed,
                seed + seeds - 1,
                walk.tried(),
                walk.cells(),
                (System.nanoTime() - begun) / NANOS_PER_SECOND,
                walk.tables());
    }
}
