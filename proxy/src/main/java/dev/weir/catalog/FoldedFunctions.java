package dev.weir.catalog;

import dev.weir.sql.RoutineState;
import dev.weir.sql.StateNames;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds functions that are declared IMMUTABLE although what they return depends on the session:
 * {@code current_setting('app.tenant')}, in most cases. PostgreSQL calls such a function when it
 * makes a plan and keeps the value with the plan, which on a shared connection would then have one
 * client's value for all clients.
 */
final class FoldedFunctions {
    /** What a session is asked by; how its settings format a value is another matter. */
    private static final List<String> ASKING =
            List.of(
                    "current_setting",
                    "pg_settings",
                    "pg_show_all_settings",
                    "current_user",
                    "current_role",
                    "session_user",
                    "user",
                    "current_schema",
                    "current_schemas",
                    "pg_has_role",
                    "has_table_privilege",
                    "has_any_column_privilege",
                    "has_column_privilege",
                    "has_schema_privilege",
                    "has_function_privilege",
                    "has_database_privilege",
                    "row_security_active");

    /**
     * A function.
     *
     * @param mentions the numbers of the names in its body
     * @param isOpaque whether it may also ask for what these do not show
     */
    private record Routine(String name, List<Integer> mentions, boolean isOpaque) {}

    private final List<Routine> immutable = new ArrayList<>();

    /** The routines that a name may mean. */
    private final Map<Integer, List<Routine>> byName = new HashMap<>();

    private final Set<Integer> asking = new HashSet<>();

    FoldedFunctions() {
        ASKING.forEach(this::asks);
    }

    /** Who mentions this name asks the session: so does a table, which may have row security. */
    void asks(String name) {
        Arrays.stream(StateNames.numbers(name)).forEach(asking::add);
    }

    /** Adds a function whose body can be read. */
    void add(String name, boolean isImmutable, String body, RoutineState state) {
        // BEGIN ATOMIC leaves no text, and a computed text may be anything
        boolean isOpaque = body.isBlank() || state.effects() != 0;
        List<Integer> mentions = Arrays.stream(state.names()).boxed().toList();
        keep(new Routine(name, mentions, isOpaque), isImmutable);
    }

    /** Adds a function in a language that Weir cannot read. */
    void addOpaque(String name, boolean isImmutable) {
        keep(new Routine(name, List.of(), true), isImmutable);
    }

    private void keep(Routine routine, boolean isImmutable) {
        for (int number : StateNames.numbers(routine.name)) {
            byName.computeIfAbsent(number, _ -> new ArrayList<>(1)).add(routine);
        }
        if (isImmutable) {
            immutable.add(routine);
        }
    }

    /** The name of a function that was found; empty if there is none. Call it once, after all. */
    String first() {
        return immutable.stream()
                .filter(this::asksSession)
                .map(Routine::name)
                .sorted()
                .findFirst()
                .orElse("");
    }

    private boolean asksSession(Routine from) {
        Set<Routine> seen = new HashSet<>();
        Deque<Routine> next = new ArrayDeque<>(List.of(from));
        while (!next.isEmpty()) {
            Routine one = next.remove();
            if (one.isOpaque) {
                return true;
            }
            for (Integer name : one.mentions) {
                if (asking.contains(name)) {
                    return true;
                }
                for (Routine called : byName.getOrDefault(name, List.of())) {
                    if (seen.add(called)) {
                        next.add(called);
                    }
                }
            }
        }
        return false;
    }
}
