package dev.weir.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.LogFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class LogTargetsTest {
    private static final int RELOADS = 200;

    @TempDir private Path folder;

    private Config config(String name) throws ConfigException {
        return Config.parse(
                "weir.ini",
                "[pgbouncer]\nlogfile = " + folder.resolve(name) + "\nsyslog = 1\nverbose = 0\n");
    }

    /** A Weir's log that nothing else writes to. */
    private static LogTargets targets() {
        LogTargets targets = new LogTargets(true, 0, rootLevel(), LogFormat.TEXT);
        targets.setContext(new LoggerContext());
        targets.start();
        return targets;
    }

    /** Other tests of this JVM go on as they did. */
    private static String rootLevel() {
        return ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME))
                .getEffectiveLevel()
                .toString();
    }

    private static void write(LogTargets targets, String text) {
        Logger logger = new LoggerContext().getLogger("test");
        targets.doAppend(new LoggingEvent("test", logger, Level.INFO, text, null, null));
    }

    @Test
    void losesNoLineWhileTheFileIsMovedAndOpenedAgain()
            throws ConfigException, IOException, InterruptedException {
        LogTargets targets = targets();
        targets.prepare(config("log")).run();
        var end = new AtomicBoolean();
        var written = new ArrayList<Integer>();
        Thread writer =
                Thread.ofPlatform()
                        .start(() -> {
                            for (int i = 0; !end.get(); i++) {
                                write(targets, "line=" + i);
                                written.add(i);
                            }
                        });
        for (int i = 0; i < RELOADS; i++) {
            Files.move(folder.resolve("log"), folder.resolve("log." + i));
            targets.prepare(config("log")).run();
        }
        end.set(true);
        writer.join();
        assertThat(lines()).hasSize(written.size());
    }

    @Test
    void writesTheFormThatTheConfigurationSays() throws ConfigException, IOException {
        LogTargets targets = targets();
        String file = "[pgbouncer]\nlogfile = " + folder.resolve("log") + "\n";
        for (String format : List.of("log_format = json\n", "", "log_format = text\n")) {
            targets.prepare(Config.parse("weir.ini", file + format)).run();
            write(targets, "an_event n=1");
        }

        assertThat(lines()).hasSize(3);
        assertThat(lines().getFirst()).startsWith("{\"time\":").contains("\"n\":\"1\"");
        assertThat(lines().subList(1, 3)).allMatch(line -> line.endsWith("LOG an_event n=1"));
    }

    @Test
    void writesTheFormOfTheEnvironmentUntilAConfigurationSaysSomethingElse()
            throws ConfigException, IOException {
        LogTargets targets = new LogTargets(true, 0, rootLevel(), LogFormat.JSON);
        targets.setContext(new LoggerContext());
        targets.start();
        String file = "[pgbouncer]\nlogfile = " + folder.resolve("log") + "\n";
        targets.prepare(Config.parse("weir.ini", file)).run();
        write(targets, "one");
        targets.prepare(Config.parse("weir.ini", file + "log_format = text\n")).run();
        write(targets, "two");

        assertThat(lines().getFirst()).startsWith("{");
        assertThat(lines().getLast()).endsWith("LOG two");
    }

    private List<String> lines() throws IOException {
        var lines = new ArrayList<String>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                lines.addAll(Files.readAllLines(file));
            }
        }
        return lines;
    }

    /** Whatever a client or a server says: one event, one line. */
    @Test
    void writesControlCharactersOut() throws ConfigException, IOException {
        LogTargets targets = targets();
        targets.prepare(config("log")).run();
        write(targets, "db=a\r\n2026-11-25 LOG forged\t\u001b[2J\u0085\u2028b \u00fc");
        assertThat(lines())
                .singleElement()
                .asString()
                .endsWith(
                        " LOG db=a\\r\\n2026-11-25 LOG forged\\t\\u001b[2J\\u0085\\u2028b \u00fc");
    }

    @Test
    void indentsStackTraces() throws ConfigException, IOException {
        LogTargets targets = targets();
        targets.prepare(config("log")).run();
        var cause = new IllegalStateException("b\n2026-11-25 LOG forged");
        Logger logger = new LoggerContext().getLogger("test");
        targets.doAppend(
                new LoggingEvent(
                        "test", logger, Level.ERROR, "a", new IOException("x", cause), null));
        assertThat(lines()).hasSizeGreaterThan(4);
        assertThat(lines().getFirst()).endsWith(" ERROR a");
        assertThat(lines().subList(1, lines().size())).allMatch(line -> line.startsWith("\t"));
    }

    @Test
    void leavesNoFileOpen() throws ConfigException, IOException {
        LogTargets targets = targets();
        targets.prepare(config("log")).run();
        long before = openFiles();
        for (int i = 0; i < RELOADS; i++) {
            targets.prepare(config("log")).run();
            targets.prepare(config("log")); // and another part refuses
            assertThatThrownBy(() -> targets.prepare(config("missing/log")))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("logfile: cannot open");
        }
        assertThat(openFiles()).isLessThan(before + RELOADS / 2);
        write(targets, "still there");
        assertThat(Files.readString(folder.resolve("log"))).contains("still there");
    }

    private static long openFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }
}
