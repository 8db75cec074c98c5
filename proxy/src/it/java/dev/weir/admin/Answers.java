package dev.weir.admin;

import dev.weir.pgkit.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads what the console answers. */
public final class Answers {
    private Answers() {}

    /** The tags of the messages, such as {@code TDCZ}. */
    public static String tags(List<Message> answer) {
        var tags = new StringBuilder();
        answer.forEach(message -> tags.append(message.tag()));
        return tags.toString();
    }

    /** The SQLSTATE and the text of an error. */
    public static String error(List<Message> answer) {
        Message error = answer.getFirst();
        return error.sqlState() + ' ' + error.errorMessage();
    }

    /** The names of the columns, with commas. */
    public static String columns(List<Message> answer) {
        return answer.getFirst().summary().substring(2).replaceAll("\\([0-9]+\\)", "");
    }

    /** The rows by the names of their columns; NULL is a word here. */
    public static List<Map<String, String>> rows(List<Message> answer) {
        String[] names = columns(answer).split(",", -1);
        List<Map<String, String>> rows = new ArrayList<>();
        for (Message message : answer) {
            if (message.tag() == 'D') {
                Map<String, String> row = new HashMap<>();
                for (int i = 0; i < names.length; i++) {
                    String value = message.row().get(i);
                    row.put(names[i], value == null ? "NULL" : value);
                }
                rows.add(row);
            }
        }
        return rows;
    }

    /** The first row in which a column has this value. */
    public static Map<String, String> row(List<Message> answer, String column, String value) {
        for (Map<String, String> row : rows(answer)) {
            if (value.equals(row.get(column))) {
                return row;
            }
        }
        throw new AssertionError("no row with " + column + "=" + value + " in " + answer);
    }
}
