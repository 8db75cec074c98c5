package dev.weir.bench.regress;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A psql script, split into statements as psql does it; commands that only psql understands are
 * omitted.
 */
final class Script {
    private static final Pattern DOLLAR =
            Pattern.compile("\\$(?:[A-Za-z_\\x80-\\uffff][\\w]*)?\\$");
    private static final Pattern COPY_IN =
            Pattern.compile("(?is)\\s*copy\\b.*\\bfrom\\s+stdin\\b.*");

    /** A statement, with its data if it is a COPY FROM STDIN. */
    record Statement(String text, String data) {
        boolean isCopyIn() {
            return COPY_IN.matcher(text).matches();
        }
    }

    private final String text;
    private final List<Statement> statements = new ArrayList<>();
    private int at;
    private int start;
    private int depth;
    private int atomic;

    private Script(String text) {
        this.text = text;
    }

    static List<Statement> read(Path file) throws IOException {
        var script = new Script(Files.readString(file, StandardCharsets.ISO_8859_1));
        script.cut();
        return script.statements;
    }

    private void cut() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '\\' && text.substring(start, at).isBlank()) {
                at = lineEnd();
                start = at;
            } else if (c == '\\') {
                at = lineEnd(); // \gset, \g and the like end a statement only for psql
                start = at;
                depth = 0;
            } else if (c == '\'') {
                boolean escapes = at > 0 && (text.charAt(at - 1) | 0x20) == 'e';
                quoted('\'', escapes);
            } else if (c == '"') {
                quoted('"', false);
            } else if (c == '$') {
                dollar();
            } else if (text.startsWith("--", at)) {
                at = lineEnd();
            } else if (text.startsWith("/*", at)) {
                comment();
            } else if (c == ';' && depth <= 0 && atomic == 0) {
                statement();
            } else {
                depth += c == '(' ? 1 : c == ')' ? -1 : 0;
                word(c);
            }
        }
    }

    private void word(char c) {
        if (!Character.isLetter(c)) {
            at++;
            return;
        }
        int from = at;
        while (at < text.length() && Character.isLetterOrDigit(text.charAt(at))) {
            at++;
        }
        String word = text.substring(from, at);
        if (word.equalsIgnoreCase("atomic")) {
            atomic = 1;
        } else if (word.equalsIgnoreCase("case") && atomic > 0) {
            atomic++;
        } else if (word.equalsIgnoreCase("end") && atomic > 0) {
            atomic--;
        }
    }

    private void statement() {
        String one = text.substring(start, at);
        at++;
        start = at;
        depth = 0;
        if (one.isBlank()) {
            return;
        }
        var statement = new Statement(one, "");
        if (statement.isCopyIn()) {
            int data = lineEnd() + 1;
            int end = text.indexOf("\n\\.", data - 1);
            end = end < 0 ? text.length() : end;
            String rows = data > end ? "" : text.substring(data, Math.min(end + 1, text.length()));
            statement = new Statement(one, rows);
            at = Math.min(text.length(), end + 3);
            start = at;
        }
        statements.add(statement);
    }

    private void quoted(char quote, boolean escapes) {
        for (at++; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '\\' && escapes) {
                at++;
            } else if (c == quote) {
                at++;
                return;
            }
        }
    }

    private void dollar() {
        Matcher tag = DOLLAR.matcher(text);
        if (tag.find(at) && tag.start() == at) {
            int end = text.indexOf(tag.group(), tag.end());
            at = end < 0 ? text.length() : end + tag.group().length();
        } else {
            at++;
        }
    }

    private void comment() {
        int open = 0;
        do {
            if (text.startsWith("/*", at)) {
                open++;
                at += 2;
            } else if (text.startsWith("*/", at)) {
                open--;
                at += 2;
            } else {
                at++;
            }
        } while (open > 0 && at < text.length());
    }

    private int lineEnd() {
        int end = text.indexOf('\n', at);
        return end < 0 ? text.length() : end;
    }
}
