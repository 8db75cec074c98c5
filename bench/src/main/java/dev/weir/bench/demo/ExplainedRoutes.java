package dev.weir.bench.demo;

import java.util.ArrayList;
import java.util.List;

/** Shows that the console tells where a statement would go, and why. */
final class ExplainedRoutes implements Tour.Step {
    private static final List<String> TEXTS =
            List.of(
                    "SELECT balance FROM account WHERE id = 7",
                    "SELECT balance FROM account WHERE id = 7 FOR UPDATE");

    @Override
    public void show(Stage stage, Screen screen) {
        if (stage.cluster().replicas().isEmpty()) {
            return;
        }
        screen.step("Two decisions, explained");
        try (Client console = stage.console()) {
            for (String text : TEXTS) {
                screen.say("EXPLAIN ROUTE %s", text);
                List<List<String>> rows = new ArrayList<>();
                rows.add(List.of("step", "finding", "because"));
                for (List<String> row : console.askRows("EXPLAIN ROUTE " + text)) {
                    if (row.getFirst().equals(Stage.DATABASE)) {
                        rows.add(row.subList(1, row.size()));
                    }
                }
                screen.table(rows);
            }
        }
    }
}
