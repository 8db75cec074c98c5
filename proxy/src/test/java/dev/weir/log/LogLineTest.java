package dev.weir.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LogLineTest {
    /** What a parser of logfmt takes for a pair. */
    private static final Pattern PAIR =
            Pattern.compile("\\G ?([a-z_]+)(?:=(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^ \"=]*)))?(?= |$)");

    private static final List<String> VALUES =
            List.of(
                    "plain",
                    "connection to server at \"10.0.0.1\", port 5432 failed: Connection refused",
                    "C:\\temp\\",
                    "\"",
                    "a=b c",
                    "");

    private static String line(String pattern, Object... arguments) {
        var logger = new LoggerContext().getLogger("test");
        return LogLine.text(new LoggingEvent("test", logger, Level.WARN, pattern, null, arguments));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "event_of_ours server={} error=\"{}\" n=3",
                "event_of_ours server={} reason=\"because of {}\" n=3"
            })
    void aParserReadsEachValueBack(String pattern) {
        for (String server : VALUES) {
            for (String error : VALUES) {
                Map<String, String> pairs = parsed(line(pattern, server, error));
                assertThat(pairs).containsEntry("server", server).containsEntry("n", "3");
                assertThat(pairs.values()).anyMatch(value -> value.endsWith(error));
            }
        }
    }

    private static Map<String, String> parsed(String line) {
        Map<String, String> pairs = new LinkedHashMap<>();
        Matcher pair = PAIR.matcher(line);
        int end = 0;
        while (pair.find()) {
            String quoted = pair.group(2);
            String value = quoted == null ? pair.group(3) : quoted.replaceAll("\\\\(.)", "$1");
            pairs.put(pair.group(1), value == null ? "" : value);
            end = pair.end();
        }
        assertThat(end).as(line).isEqualTo(line.length());
        return pairs;
    }

    /** Scripts match PgBouncer's lines as they are. */
    @Test
    void leavesPgbouncersProseAlone() {
        assertThat(line("{} login attempt: db={} user={} tls={}", "C-0x1:", "a b", "c\"d", "no"))
                .isEqualTo("C-0x1: login attempt: db=a b user=c\"d tls=no");
        assertThat(line("{} closing because: {} (age={}s)", "C-0x1:", "say \"x\"", 3))
                .isEqualTo("C-0x1: closing because: say \"x\" (age=3s)");
    }

    /** A machine without network interfaces, such as a container, is nothing to warn of. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "io.netty.channel.DefaultChannelId",
                "io.netty.util.NetUtil",
                "io.netty.util.NetUtilInitializations",
                "io.netty.util.internal.MacAddressUtil"
            })
    void saysNothingOfMissingInterfaces(String logger) throws ReflectiveOperationException {
        Class.forName(logger, false, getClass().getClassLoader());
        var context = new LoggerContext();
        context.setMDCAdapter(new LogbackMDCAdapter());
        LogDefaults.setLevels(context);
        assertThat(context.getLogger(logger).getEffectiveLevel()).isEqualTo(Level.ERROR);
        context.stop();
    }
}
