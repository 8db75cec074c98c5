package dev.weir.route;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.WireClient;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The answer to SHOW NODES. */
final class NodesTable {
    private final List<Map<String, String>> rows = new ArrayList<>();

    static NodesTable of(WireClient console) {
        var table = new NodesTable();
        List<String> names = List.of();
        for (Message message : console.query("SHOW NODES")) {
            if (message.tag() == 'T') {
                names = columns(message);
            } else if (message.tag() == 'D') {
                var row = new HashMap<String, String>();
                for (int i = 0; i < names.size(); i++) {
                    row.put(names.get(i), String.valueOf(message.row().get(i)));
                }
                table.rows.add(row);
            }
        }
        return table;
    }

    private static List<String> columns(Message description) {
        String all = description.summary().substring(2); // each with its type in parentheses
        return List.of(all.replaceAll("\\(\\d+\\)", "").split(",", -1));
    }

    /** The row of a node, by the name of the column; empty if there is none. */
    Map<String, String> row(String database, String node) {
        return rows.stream()
                .filter(row -> database.equals(row.get("database")) && node.equals(row.get("node")))
                .findFirst()
                .orElse(Map.of());
    }

    /** Whether reads may go to a replica: also to one that is paused, as long as it is near. */
    boolean isRead(String database, String node) {
        String why = row(database, node).getOrDefault("why", "no such node");
        return why.equals("null") || why.equals("its replay is paused");
    }
}
