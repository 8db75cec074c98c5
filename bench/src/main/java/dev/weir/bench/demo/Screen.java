package dev.weir.bench.demo;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Prints the output of the demo, in colour on a terminal and otherwise as plain text. */
final class Screen {
    private static final String BOLD = "\033[1m";
    private static final String BLUE = "\033[1;36m";
    private static final String DIM = "\033[2m";
    private static final String PLAIN = "\033[0m";
    private static final int COLUMNS = 96;
    private static final int WIDTH_MIN = 7;
    private static final String INDENT = "  ";

    private final PrintStream out;
    private final boolean colours;
    private int steps;

    @SuppressWarnings("SystemConsoleNull") // JDK 25's own console is null again without a terminal
    Screen() {
        // UTF-8 whatever the locale: a machine without a locale can show it too.
        out =
                new PrintStream(
                        new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        Console console = System.console();
        colours = console != null && console.isTerminal() && System.getenv("NO_COLOR") == null;
    }

    void title(String text) {
        out.println(coloured(BOLD, text));
    }

    /** Begins a step of the tour. */
    void step(String title) {
        steps++;
        out.println();
        out.println(coloured(BLUE, steps + "  " + title));
    }

    /** Prints a sentence or two of a step, with numbers formatted as in English. */
    @SuppressWarnings("AnnotateFormatMethod") // the annotation would require another library
    void say(String format, Object... arguments) {
        StringBuilder line = new StringBuilder(INDENT);
        for (String word : String.format(Locale.ENGLISH, format, arguments).split(" ", -1)) {
            if (line.length() + word.length() >= COLUMNS) {
                out.println(line);
                line = new StringBuilder(INDENT);
            }
            line.append(' ').append(word);
        }
        out.println(line);
    }

    /** Prints rows; each column is as wide as its widest value, and numbers are right-aligned. */
    void table(List<List<String>> rows) {
        List<Integer> widths = new ArrayList<>();
        for (List<String> row : rows) {
            for (int column = 0; column < row.size(); column++) {
                if (column == widths.size()) {
                    widths.add(0);
                }
                widths.set(column, Math.max(widths.get(column), row.get(column).length()));
            }
        }
        rows.forEach(row -> tableRow(widths, row));
    }

    /** Begins a table whose rows are printed one at a time; returns the widths of its columns. */
    List<Integer> tableHead(List<String> titles) {
        List<Integer> widths =
                titles.stream().map(title -> Math.max(title.length(), WIDTH_MIN)).toList();
        tableRow(widths, titles);
        return widths;
    }

    /** Prints one row. A value that would extend beyond the right edge continues below itself. */
    void tableRow(List<Integer> widths, List<String> row) {
        StringBuilder line = new StringBuilder(INDENT);
        for (int column = 0; column < row.size(); column++) {
            line.append(INDENT);
            String value = row.get(column);
            String blanks = " ".repeat(Math.max(0, widths.get(column) - value.length()));
            int begin = line.length();
            line.append(isNumber(value) ? blanks + value : value + blanks);
            while (line.toString().stripTrailing().length() > COLUMNS) {
                int cut = line.lastIndexOf(" ", COLUMNS);
                if (cut <= begin) {
                    break;
                }
                out.println(line.substring(0, cut));
                line.replace(0, cut + 1, " ".repeat(begin));
            }
        }
        out.println(line.toString().stripTrailing());
    }

    private static boolean isNumber(String value) {
        return value.matches("[0-9,.]+");
    }

    void command(String line, String comment) {
        out.println(
                comment.isEmpty() ? "  " + line : "  " + line + coloured(DIM, "   # " + comment));
    }

    void blank() {
        out.println();
    }

    private String coloured(String colour, String text) {
        return colours ? colour + text + PLAIN : text;
    }
}
