package dev.weir.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NullMarked
final class JsonLineTest {
    /** A member of a flat object: the name, and a string or another value. */
    private static final Pattern MEMBER =
            Pattern.compile(
                    "\\G[{,]\"([a-z_0-9]+)\":(?:\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\"|([0-9a-z.-]+))");

    private static LoggingEvent event(Level level, String pattern, Object... arguments) {
        var logger = new LoggerContext().getLogger("test");
        return new LoggingEvent("test", logger, level, pattern, null, arguments);
    }

    private static Map<String, String> line(String pattern, Object... arguments) {
        return parsed(JsonLine.of(event(Level.WARN, pattern, arguments)));
    }

    private static Map<String, String> parsed(String line) {
        assertThat(line).endsWith("}\n").doesNotContain("\n{").hasLineCount(1);
        Map<String, String> members = new LinkedHashMap<>();
        Matcher member = MEMBER.matcher(line);
        int end = 0;
        while (member.find()) {
            String text = member.group(2);
            String value = text == null ? member.group(3) : unescaped(text);
            assertThat(members.put(member.group(1), value)).as("twice in " + line).isNull();
            end = member.end();
        }
        assertThat(line.substring(end)).as(line).isEqualTo("}\n");
        return members;
    }

    private static String unescaped(String text) {
        return Pattern.compile("\\\\u([0-9a-f]{4})")
                .matcher(text)
                .replaceAll(code -> String.valueOf((char) Integer.parseInt(code.group(1), 16)))
                .translateEscapes();
    }

    @Test
    void makesMembersOfKeysAndValues() {
        assertThat(line("replica_out node={} lag_ms={} error=\"{}\" n=3", "a:1", 12, "no \"x\""))
                .containsEntry("event", "replica_out")
                .containsEntry("node", "a:1")
                .containsEntry("lag_ms", "12")
                .containsEntry("error", "no \"x\"")
                .containsEntry("n", "3")
                .containsEntry("level", "warning")
                .containsEntry("pid", String.valueOf(ProcessHandle.current().pid()))
                .containsKeys("time", "message");
    }

    @Test
    void writesNumbersAndTruthsAsSuch() {
        assertThat(JsonLine.of(event(Level.INFO, "an_event a={} b={} c={}", 1, true, "1")))
                .contains("\"a\":1,\"b\":true,\"c\":\"1\"");
    }

    @Test
    void takesTheNameOfAConnectionApart() {
        String name = ConnectionName.client(31, "app", "ann", "10.0.0.5:51234");

        assertThat(line("{} closing because: {} (age={}s)", name, "client close request", 7L))
                .containsEntry("client", "0xc0000000001f")
                .containsEntry("database", "app")
                .containsEntry("user", "ann")
                .containsEntry("address", "10.0.0.5:51234")
                .containsEntry("age", "7s")
                .containsEntry("message", "closing because: client close request (age=7s)");
    }

    @ParameterizedTest
    @CsvSource({
        "app, ann, [::1]:5432",
        "a/b, c, unix(12)",
        "a@b, c@d, unix",
        "'a b', 'c', 10.0.0.5:1"
    })
    void takesAnyNamesApart(String database, String user, String address) {
        assertThat(
                        line(
                                "{} pooler error: {}",
                                ConnectionName.client(1, database, user, address),
                                1))
                .containsEntry("database", database)
                .containsEntry("user", user)
                .containsEntry("address", address);
    }

    @Test
    void keepsWhatStrangersSayInOneValue() {
        String bad = "x\" y=1\n{\"level\":\"error\"}\u001b[2J";

        assertThat(line("an_event name={} n=1", bad))
                .containsEntry("name", bad)
                .containsEntry("n", "1")
                .containsEntry("level", "warning")
                .doesNotContainKey("y");
        String name = ConnectionName.client(1, bad, bad, "unix");
        assertThat(line("{} login attempt: db={} user={}", name, bad, bad))
                .containsEntry("database", bad)
                .containsEntry("db", bad)
                .containsEntry("user", bad);
    }

    @Test
    void keepsKeysApartThatHaveTheNameOfAnother() {
        assertThat(line("an_event level={} message={} event={}", "a", "b", "c"))
                .containsEntry("level", "warning")
                .containsEntry("event", "an_event");
    }

    @Test
    void tellsWhereAnErrorWasThrown() {
        var event = event(Level.ERROR, "an_event a={}", 1);
        event.setThrowableProxy(new ThrowableProxy(new IllegalStateException("boom")));

        assertThat(parsed(JsonLine.of(event)).get("stack"))
                .startsWith("java.lang.IllegalStateException: boom")
                .contains("JsonLineTest");
    }

    @Test
    void saysTheEndOfTheProcessInItsOwnWord() {
        var event = event(Level.ERROR, "cannot load config file");
        event.addMarker(LogLine.FATAL);

        assertThat(parsed(JsonLine.of(event))).containsEntry("level", "fatal");
        assertThat(List.of("error", "warning", "info", "debug", "trace"))
                .containsExactly(
                        level(Level.ERROR),
                        level(Level.WARN),
                        level(Level.INFO),
                        level(Level.DEBUG),
                        level(Level.TRACE));
    }

    private static String level(Level level) {
        return String.valueOf(parsed(JsonLine.of(event(level, "text"))).get("level"));
    }
}
