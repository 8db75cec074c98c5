package dev.weir.bench.terminate;

import dev.weir.pgkit.PgNode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What has become of the statements of one kind, and whose rows are there. */
final class Tally {
    private final Statement statement;
    private final Map<Outcome, List<Long>> ids = new EnumMap<>(Outcome.class);
    private final Map<Outcome, long[]> counts = new EnumMap<>(Outcome.class);

    Tally(Statement statement) {
        this.statement = statement;
    }

    Statement statement() {
        return statement;
    }

    synchronized void add(Outcome outcome, long id) {
        ids.computeIfAbsent(outcome, _ -> new ArrayList<>()).add(id);
    }

    /** Looks for the rows of what was added since the last call. */
    synchronized void check(PgNode node) {
        ids.forEach((outcome, some) -> {
            if (!some.isEmpty()) {
                String list = some.stream().map(String::valueOf).collect(Collectors.joining(","));
                String found =
                        node.queryText(
                                "SELECT count(*) FROM "
                                        + statement.table()
                                        + " WHERE id = ANY ('{"
                                        + list
                                        + "}'::int8[])");
                count(outcome)[0] += some.size();
                count(outcome)[1] += Long.parseLong(found);
                some.clear();
            }
        });
    }

    long terminated() {
        return counts.values().stream().mapToLong(count -> count[0]).sum();
    }

    /** How many there were, and how many of their rows are there. */
    long[] count(Outcome outcome) {
        return counts.computeIfAbsent(outcome, _ -> new long[2]);
    }

    String row(String before) {
        return "| %s | %s | %,d | %s | %s | %s | %s | %d |"
                .formatted(
                        before,
                        statement.title(),
                        terminated(),
                        cell(Outcome.STOPPED),
                        cell(Outcome.COMPLETED),
                        cell(Outcome.ACKNOWLEDGED),
                        cell(Outcome.SILENT),
                        count(Outcome.OTHER)[0]);
    }

    private String cell(Outcome outcome) {
        long[] count = count(outcome);
        return count[0] == 0 ? "" : "%,d: %,d".formatted(count[0], count[1]);
    }
}
