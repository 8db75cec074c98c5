package dev.weir.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.app.Weir;
import dev.weir.check.Check;
import dev.weir.check.Finding;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.migrate.Import.Format;
import dev.weir.migrate.Import.ImportException;
import dev.weir.support.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * At least ten configurations of each of the other poolers, written after their manuals. Whatever
 * stands in one of them matters: another value gives another result, or a note.
 */
@NullMarked
final class ImportCorpusTest {
    private static final Path CORPUS = Path.of("src/test/resources/migrate/corpus");

    /** A key and its value, in the syntax of Odyssey and in that of the others. */
    private static final Pattern ODYSSEY =
            Pattern.compile("(?m)\\b([a-z_0-9]+)[ \\t]+(\"[^\"\\n]*\"|-?[0-9]+|yes|no)(?=[\\s}])");

    private static final Pattern ASSIGNED =
            Pattern.compile("(?m)^([a-z_0-9]+) *= *([^\\n\\[]+|\\[.*])$");

    /** What makes no difference where it stands, whatever it is. */
    private static final Set<String> HARMLESS =
            Set.of(
                    "pool = \"session\"", // of the console
                    "default_role = \"any\"", // where the parser decides
                    "backend_weight0 = 1", // of a single server
                    "socket_dir = '/var/run/postgresql'", // beside its newer name
                    "log_destination = 'stderr'",
                    "port = 5432", // beside hosts with ports of their own
                    "tls = \"require\""); // where clients log in by certificates

    /** Where a test may listen. */
    private static final String LISTENING =
            """
            [weir]
            listen_addr = 127.0.0.1
            listen_port = 0
            unix_socket_dir =
            """;

    @TempDir private Path directory;

    static Stream<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(CORPUS)) {
            return all
                    .filter(file -> file.toString().matches(".*\\.(conf|toml)"))
                    .filter(file -> !file.endsWith("users.toml"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    private static Format format(Path file) {
        String folder = CORPUS.relativize(file).getName(0).toString();
        return Stream.of(Format.values())
                .filter(format -> format.toString().equals(folder))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void thereAreTenOfEach(Format format) throws IOException {
        assertThat(files()).filteredOn(file -> format(file) == format).hasSizeGreaterThan(9);
    }

    @ParameterizedTest
    @MethodSource("files")
    void passesTheCheckAndStarts(Path file)
            throws IOException, ImportException, InterruptedException, ConfigException {
        Path ini = written(Import.read(file, format(file)));
        assertThat(Check.run(ini, false).findings())
                .filteredOn(finding -> finding.level() == Finding.Level.ERROR)
                .isEmpty();
        // One of each format here, with nodes; all of them in the long form.
        boolean starts = Boolean.getBoolean("weir.soak") || file.toString().contains("/02-");
        if (!starts) {
            return;
        }
        try (Weir weir = Weir.start(Config.load(ini))) {
            assertThat(weir.port()).isPositive();
        }
    }

    /** With TLS files that are there, and where a test may listen. */
    private Path written(Draft draft) throws IOException {
        Path users = Files.writeString(directory.resolve("users"), draft.usersFile());
        String here =
                withFiles(draft.ini(users.toString()))
                        .replaceAll(
                                "(?m)^(listen_\\w+|unix_socket_\\w+|pidfile|logfile|syslog) ="
                                        + " .*\\n",
                                "")
                        .replaceFirst("\\[weir]", LISTENING);
        return Files.writeString(directory.resolve("weir.ini"), here);
    }

    private String withFiles(String ini) {
        if (!ini.contains("_tls_")) {
            return ini;
        }
        TestAuthority authority = TestAuthority.in(directory, "authority");
        TestAuthority.Issued issued = authority.server("made-up");
        return ini.replaceAll("(?m)^(\\w+_tls_ca_file) = .*$", "$1 = " + authority.file())
                .replaceAll("(?m)^(\\w+_tls_cert_file) = .*$", "$1 = " + issued.certificate())
                .replaceAll("(?m)^(\\w+_tls_key_file) = .*$", "$1 = " + issued.key());
    }

    @ParameterizedTest
    @MethodSource("files")
    void dropsNothingSilently(Path file) throws IOException, ImportException {
        String before = outcome(file);
        List<String> notes = Import.read(file, format(file)).notes();
        TreeSet<String> silent = new TreeSet<>();
        for (String name : parts(file)) {
            Path part = file.resolveSibling(name);
            String text = Files.readString(part);
            Matcher setting = pattern(file).matcher(text);
            while (setting.find()) {
                String other =
                        text.substring(0, setting.start(2))
                                + changed(setting.group(2))
                                + text.substring(setting.end(2));
                boolean isNamed =
                        notes.stream()
                                .anyMatch(
                                        note -> note.matches(".*\\b" + setting.group(1) + "\\b.*"));
                String found = setting.group(1) + " = " + setting.group(2);
                if (!isNamed
                        && !HARMLESS.contains(found)
                        && !isInNamedBlock(notes, text, setting.start())
                        && outcomeWith(file, name, other).equals(before)) {
                    silent.add(found);
                }
            }
        }
        assertThat(silent).as("settings whose value makes no difference").isEmpty();
    }

    /** Whether it stands in a block or table that is noted as a whole. */
    private static boolean isInNamedBlock(List<String> notes, String text, int at) {
        String block = block(text, at);
        return !block.isEmpty()
                && notes.stream()
                        .filter(note -> note.matches(".*(no counterpart|not shard).*"))
                        .map(note -> note.split(": ", 2)[0])
                        .anyMatch(path ->
                                block.startsWith(path)
                                        || path.endsWith(block)
                                        || path.endsWith("." + block.split(" ", 2)[0]));
    }

    /** The path of the TOML table, or the title of the block, in which a setting stands. */
    private static String block(String text, int at) {
        Matcher table = Pattern.compile("(?m)^\\[(\\[?)([^\\]\\n]+)]+$").matcher(text);
        String found = "";
        Map<String, Integer> arrays = new HashMap<>();
        while (table.find() && table.end() < at) {
            String name = table.group(2);
            boolean isArray = !table.group(1).isEmpty();
            found = isArray ? name + "." + (arrays.merge(name, 1, Integer::sum) - 1) : name;
        }
        int depth = 0;
        for (int i = at; i >= 0 && found.isEmpty(); i--) {
            char here = text.charAt(i);
            depth += here == '}' ? 1 : here == '{' ? -1 : 0;
            if (depth < 0) {
                found = text.substring(text.lastIndexOf('\n', i) + 1, i).replace("\"", "").strip();
            }
        }
        return found;
    }

    private static Pattern pattern(Path file) {
        return format(file) == Format.ODYSSEY ? ODYSSEY : ASSIGNED;
    }

    private static List<String> parts(Path file) {
        String name = String.valueOf(file.getFileName());
        return format(file) == Format.PGDOG ? List.of(name, "users.toml") : List.of(name);
    }

    /** Another value of the same type. */
    private static String changed(String value) {
        return switch (value) {
            case "yes" -> "no";
            case "no" -> "yes";
            case "on" -> "off";
            case "off" -> "on";
            case "true" -> "false";
            case "false" -> "true";
            default -> {
                Matcher number = Pattern.compile("[0-9](?=[0-9_]*[^0-9_]*$)").matcher(value);
                if (value.matches("['\"]{2}")) {
                    yield value.charAt(0) + "other" + value.charAt(0);
                }
                if (!value.matches(".*[a-zA-Z0-9].*")) {
                    yield value.replaceFirst("[*:]+", "10.9.9.9");
                }
                yield number.find()
                        ? value.substring(0, number.start())
                                + (number.group().equals("7") ? "6" : "7")
                                + value.substring(number.end())
                        : value.replaceFirst("([a-zA-Z]+)", "x$1x");
            }
        };
    }

    /** What it says now; an error says something, too. */
    private String outcomeWith(Path file, String changedPart, String text) throws IOException {
        for (String name : parts(file)) {
            Path part = file.resolveSibling(name);
            Files.writeString(
                    directory.resolve(name),
                    name.equals(changedPart) ? text : Files.readString(part));
        }
        try {
            return outcome(directory.resolve(String.valueOf(file.getFileName())), format(file));
        } catch (ImportException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static String outcome(Path file) throws IOException, ImportException {
        return outcome(file, format(file));
    }

    private static String outcome(Path file, Format format) throws IOException, ImportException {
        Draft draft = Import.read(file, format);
        String ini = draft.ini("users").replaceFirst("(?m)^;; Made by .*$", "");
        return ini + draft.usersFile() + String.join("\n", draft.notes());
    }

    /** The totals in the manual. */
    @Test
    void countsWhatItReads() throws IOException, ImportException {
        List<String> rows = new ArrayList<>();
        for (Format format : Format.values()) {
            int files = 0;
            int lines = 0;
            int settings = 0;
            int without = 0;
            for (Path file : files().filter(one -> format(one) == format).toList()) {
                files++;
                for (String part : parts(file)) {
                    String text = Files.readString(file.resolveSibling(part));
                    lines += (int) text.lines().count();
                    settings += (int) pattern(file).matcher(text).results().count();
                }
                Draft draft = Import.read(file, format);
                without +=
                        (int)
                                draft.notes().stream()
                                        .filter(n -> n.endsWith("no counterpart"))
                                        .count();
            }
            rows.add(
                    "| %s | %d | %d | %d | %d |"
                            .formatted(format, files, lines, settings, without));
        }
        assertThat(Path.of("..", "docs", "import.md")).content().contains(String.join("\n", rows));
    }
}
