package dev.weir.metrics;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Labels with their values, and how pages write them. Immutable: series may share them. */
final class Labels {
    static final Labels NONE = new Labels(List.of(), List.of());

    /** What most have room in. */
    private static final int CHARS = 96;

    private final List<String> names;
    private final List<String> values;
    private final byte[] text;

    private Labels(List<String> names, List<String> values) {
        assert names.size() == values.size() : names + " " + values;
        this.names = names;
        this.values = values;
        this.text = toString().getBytes(StandardCharsets.UTF_8);
    }

    static Labels of(List<String> names, List<String> values) {
        return names.isEmpty() ? NONE : new Labels(names, values);
    }

    boolean are(List<String> otherNames, List<String> otherValues) {
        return names.equals(otherNames) && values.equals(otherValues);
    }

    List<String> names() {
        return names;
    }

    List<String> values() {
        return values;
    }

    boolean isEmpty() {
        return text.length == 0;
    }

    /** What stands between the braces. The caller must not change it. */
    byte[] text() {
        return text;
    }

    /** Their indexes, ordered by name. */
    private int[] order() {
        int[] order = new int[names.size()];
        for (int i = 0; i < order.length; i++) {
            int at = i;
            while (at > 0 && names.get(order[at - 1]).compareTo(names.get(i)) > 0) {
                order[at] = order[at - 1];
                at--;
            }
            order[at] = i;
        }
        return order;
    }

    /** The labels ordered by name. */
    @Override
    public String toString() {
        var all = new StringBuilder(CHARS);
        String between = "";
        for (int place : order()) {
            all.append(between).append(names.get(place)).append("=\"");
            escape(all, values.get(place), true);
            all.append('"');
            between = ",";
        }
        return all.toString();
    }

    /** Appends a text as it stands in a page. */
    static void escape(StringBuilder to, String text, boolean quotes) {
        int copied = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' || c == '\n' || quotes && c == '"') {
                to.append(text, copied, i).append('\\').append(c == '\n' ? 'n' : c);
                copied = i + 1;
            }
        }
        to.append(text, copied, text.length());
    }
}
