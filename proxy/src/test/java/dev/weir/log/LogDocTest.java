package dev.weir.log;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import dev.weir.ManualPage;
import dev.weir.error.EndReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Holds docs/log.md to what the sources write; {@code -Ddocs.update=true} writes it. */
final class LogDocTest {
    private static final Path SOURCES = Path.of("src", "main", "java");
    private static final Set<String> LEVELS = Set.of("info", "warn", "error");

    /** An event has a name of its own, behind the connection that it is about, if any. */
    private static final Pattern EVENT = Pattern.compile("(\\{} )?([a-z]+(?:_[a-z]+)+)\\b.*");

    @Test
    void keepsThePageOfTheManual() throws IOException {
        Set<Line> lines = lines();
        Set<String> events = new TreeSet<>();
        lines.forEach(line -> {
            String event = line.event();
            if (event != null) {
                events.add(event);
            }
        });
        assertThat(LogEvents.MEANINGS.keySet()).isEqualTo(events);
        ManualPage.hold("log.md", page(lines));
    }

    private static String page(Set<Line> lines) {
        return """
        <!-- Generated from the sources: mvn test -Dtest=LogDocTest -Ddocs.update=true -->
        # Lines of the log

        Every line that Weir writes at INFO, WARN and ERROR; `…` stands for what differs. How a line begins, where it goes, and JSON are in [process.md](process.md).
        What clients are told is in [errors.md](errors.md); the log repeats it as `… pooler error: …`.

        ## Events

        What PgBouncer has no words for has a name, and `key=value` behind it, which parsers of logfmt read.

        | event | level | line | meaning |
        |---|---|---|---|
        %s
        ## Sentences

        In the words of PgBouncer, where it has some.

        | level | line |
        |---|---|
        %s
        ## Why connections end

        What stands behind `closing because:`. A connection that ends with an error has the error's text there: [errors.md](errors.md), or the server's.

        | reason | whose connection | meaning |
        |---|---|---|
        %s\
        """
                .formatted(
                        rows(lines, line -> line.event() != null, LogDocTest::event),
                        rows(lines, line -> line.event() == null, LogDocTest::sentence),
                        Arrays.stream(EndReason.values())
                                .map(LogDocTest::reason)
                                .collect(joining()));
    }

    private static String rows(Set<Line> lines, Predicate<Line> which, Function<Line, String> row) {
        return lines.stream().filter(which).map(row).collect(joining());
    }

    private static String event(Line line) {
        return "| `%s` | %s | `%s` | %s |%n"
                .formatted(
                        line.event(),
                        line.level(),
                        line.shown(),
                        LogEvents.MEANINGS.get(line.event()));
    }

    private static String sentence(Line line) {
        return "| %s | `%s` |%n".formatted(line.level(), line.shown());
    }

    private static String reason(EndReason reason) {
        String whose =
                switch (reason.side()) {
                    case CLIENT -> "a client's";
                    case SERVER -> "a server connection";
                    case BOTH -> "both";
                };
        return "| `%s` | %s | %s |%n".formatted(reason.words(), whose, reason.meaning());
    }

    // --- what the sources write -----------------------------------------------------------------

    private record Line(String text, String level) implements Comparable<Line> {
        /** Its name; null if it has none. */
        @Nullable String event() {
            Matcher matcher = EVENT.matcher(text);
            return matcher.matches() ? matcher.group(2) : null;
        }

        String shown() {
            return text.replace("{}", "…").replace("|", "\\|");
        }

        @Override
        public int compareTo(Line other) {
            String mine = event() == null ? text : event() + text;
            String others = other.event() == null ? other.text : other.event() + other.text;
            int byText = mine.compareTo(others);
            return byText == 0 ? level.compareTo(other.level) : byText;
        }
    }

    private static Set<Line> lines() throws IOException {
        Set<Line> lines = new TreeSet<>();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (Stream<Path> all = Files.walk(SOURCES);
                StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            List<Path> sources = all.filter(file -> file.toString().endsWith(".java")).toList();
            var task =
                    (JavacTask)
                            compiler.getTask(
                                    null,
                                    files,
                                    null,
                                    List.of("-proc:none"),
                                    null,
                                    files.getJavaFileObjectsFromPaths(sources));
            for (CompilationUnitTree source : task.parse()) {
                var finder = new Finder();
                finder.scan(source, null);
                finder.addTo(lines);
            }
        }
        return lines;
    }

    /** What one source file writes. */
    private static final class Finder extends TreeScanner<@Nullable Void, @Nullable Void> {
        private static final String CHOSEN = "{} pool=";

        private final Set<Line> lines = new TreeSet<>();

        /** The names among which a method {@code event} chooses, for the lines that have it. */
        private final Set<String> events = new TreeSet<>();

        private boolean isChoosing;

        void addTo(Set<Line> all) {
            for (Line line : lines) {
                if (line.text().startsWith(CHOSEN)) {
                    assertThat(events).as(line.text()).isNotEmpty();
                    String rest = line.text().substring(2);
                    events.forEach(event -> all.add(new Line(event + rest, line.level())));
                } else {
                    all.add(line);
                }
            }
        }

        @Override
        public @Nullable Void visitMethod(MethodTree method, @Nullable Void none) {
            isChoosing = method.getName().contentEquals("event");
            super.visitMethod(method, null);
            isChoosing = false;
            return null;
        }

        @Override
        public @Nullable Void visitLiteral(LiteralTree literal, @Nullable Void none) {
            if (isChoosing && literal.getValue() instanceof String event) {
                events.add(event);
            }
            return null;
        }

        @Override
        public @Nullable Void visitMethodInvocation(
                MethodInvocationTree call, @Nullable Void none) {
            if (call.getMethodSelect() instanceof MemberSelectTree method
                    && method.getExpression().toString().equals("log")
                    && LEVELS.contains(method.getIdentifier().toString())
                    && call.getArguments().getFirst() instanceof LiteralTree literal
                    && literal.getValue() instanceof String text
                    && text.matches(".*[a-z].*")) { // else it repeats a text from elsewhere
                String level = method.getIdentifier().toString().toUpperCase(Locale.ROOT);
                lines.add(new Line(text, level));
            }
            return super.visitMethodInvocation(call, null);
        }
    }
}
