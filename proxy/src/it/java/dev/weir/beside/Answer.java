package dev.weir.beside;

import dev.weir.pgkit.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;

/**
 * What one of the two said to a step.
 *
 * @param lines messages or lines of the log, without what differs from run to run
 * @param rows of a SHOW command, by columns
 */
record Answer(List<String> lines, List<Map<String, String>> rows) {
    /** Columns whose values are times, addresses and numbers of one run. */
    private static final Set<String> VOLATILE =
            Set.of(
                    "addr",
                    "port",
                    "local_addr",
                    "local_port",
                    "connect_time",
                    "request_time",
                    "wait",
                    "wait_us",
                    "ptr",
                    "link",
                    "remote_pid",
                    "id",
                    "maxwait_us",
                    "maxwait",
                    "fd",
                    "total_received",
                    "total_sent",
                    "total_xact_time",
                    "total_query_time",
                    "total_wait_time",
                    "avg_recv",
                    "avg_sent",
                    "avg_xact_time",
                    "avg_query_time",
                    "avg_wait_time",
                    "avg_xact_count",
                    "avg_query_count",
                    "bytes_received",
                    "bytes_sent",
                    "xact_time",
                    "query_time",
                    "wait_time",
                    "recv_pos",
                    "pkt_pos",
                    "pkt_remain",
                    "send_pos",
                    "send_remain",
                    "pkt_avail",
                    "send_avail");

    static Answer of(List<String> lines) {
        return new Answer(lines, List.of());
    }

    /** Of messages; rows are told apart from the rest if {@code isTable}. */
    static Answer of(List<Message> messages, boolean isTable) {
        List<String> lines = new ArrayList<>();
        List<String> names = List.of();
        List<Map<String, String>> rows = new ArrayList<>();
        for (Message message : messages) {
            switch (message.tag()) {
                case 'E', 'N' ->
                        lines.add(
                                message.fields().get('S')
                                        + ' '
                                        + message.sqlState()
                                        + ' '
                                        + message.errorMessage());
                case 'T' -> {
                    names = names(message.summary());
                    if (!isTable) {
                        lines.add(message.summary());
                    }
                }
                case 'D' -> {
                    if (isTable) {
                        rows.add(row(names, message));
                    } else {
                        lines.add(message.summary());
                    }
                }
                case 'K', 'Z' -> {}
                default -> lines.add(message.summary());
            }
        }
        return new Answer(lines, rows);
    }

    private static List<String> names(String summary) {
        return List.of(summary.substring(2).replaceAll("\\([0-9]+\\)", "").split(",", -1));
    }

    private static Map<String, String> row(List<String> names, Message message) {
        Map<String, String> row = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            String value = message.row().get(i);
            row.put(names.get(i), value == null ? "NULL" : value);
        }
        return row;
    }

    Answer masked(Pooler pooler) {
        List<Map<String, String>> all = new ArrayList<>();
        for (Map<String, String> row : rows) {
            Map<String, String> masked = new LinkedHashMap<>();
            row.forEach((name, value) -> masked.put(name, pooler.masked(value)));
            all.add(masked);
        }
        return new Answer(lines.stream().map(pooler::masked).toList(), all);
    }

    /** The lines, and the rows with those columns that the other has, too, sorted. */
    List<String> beside(Answer other) {
        List<String> all = new ArrayList<>(lines);
        List<String> shown = new ArrayList<>();
        for (Map<String, String> row : rows) {
            var text = new StringJoiner(" ");
            row.forEach((name, value) -> {
                if (!VOLATILE.contains(name)
                        && (other.rows.isEmpty() || other.rows.getFirst().containsKey(name))) {
                    text.add(name + '=' + value);
                }
            });
            shown.add(text.toString());
        }
        shown.sort(null);
        all.addAll(shown);
        return all;
    }

    /** Columns of this one that the other lacks. */
    List<String> missingIn(Answer other) {
        if (rows.isEmpty() || other.rows.isEmpty()) {
            return List.of();
        }
        return rows.getFirst().keySet().stream()
                .filter(name -> !other.rows.getFirst().containsKey(name))
                .toList();
    }
}
