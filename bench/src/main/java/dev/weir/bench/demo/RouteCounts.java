package dev.weir.bench.demo;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** How many transactions of {@code demo} ran where, and why: SHOW ROUTES at one moment. */
record RouteCounts(Map<Way, Long> transactions) {
    /** A line of SHOW ROUTES. */
    record Way(String node, String runsOn, String reason) {
        boolean isOnReplica() {
            return runsOn.equals("replica");
        }

        boolean isWrite() {
            return reason.equals("writes");
        }
    }

    /** Reads the counts with a client of the console. */
    static RouteCounts now(Client console) {
        Map<Way, Long> counts = new HashMap<>();
        for (List<String> row : console.askRows("SHOW ROUTES")) {
            if (row.getFirst().equals(Stage.DATABASE)) {
                counts.put(new Way(row.get(1), row.get(2), row.get(3)), Long.valueOf(row.get(4)));
            }
        }
        return new RouteCounts(counts);
    }

    /** Returns the difference from an earlier moment. */
    RouteCounts since(RouteCounts earlier) {
        Map<Way, Long> difference = new HashMap<>();
        transactions.forEach((way, count) -> {
            long more = count - earlier.transactions.getOrDefault(way, 0L);
            if (more > 0) {
                difference.put(way, more);
            }
        });
        return new RouteCounts(difference);
    }

    long of(Predicate<Way> ways) {
        return transactions.entrySet().stream()
                .filter(entry -> ways.test(entry.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /**
     * The rows for {@link Screen#table}: the primary first, and the most frequent reasons first.
     */
    List<List<String>> table() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("node", "runs_on", "reason", "transactions"));
        transactions.entrySet().stream()
                .sorted(
                        Comparator.comparing(
                                        (Map.Entry<Way, Long> entry) -> entry.getKey().runsOn())
                                .thenComparing(entry -> entry.getKey().node())
                                .thenComparing(Map.Entry::getValue, Comparator.reverseOrder()))
                .forEach(entry -> {
                    Way way = entry.getKey();
                    String count = String.valueOf(entry.getValue());
                    rows.add(List.of(way.node(), way.runsOn(), way.reason(), count));
                });
        return rows;
    }
}
