package dev.weir.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.config.ConfigException;
import dev.weir.config.Problem;
import dev.weir.config.TextFiles;
import dev.weir.net.Origin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of rules and answers, and that of mistakes. */
@NullMarked
final class HbaRulesTest {
    private static final Origin.Encryption TLS =
            new Origin.Encryption("TLSv1.3", "TLS_AES_256_GCM_SHA384", null);

    @TempDir private static @Nullable Path directory;

    /** One block of the table. */
    record Block(String rules, List<String> questions) {
        @Override
        public String toString() {
            return rules.replace("\n", " / ").strip();
        }
    }

    static List<Block> blocks() {
        List<Block> blocks = new ArrayList<>();
        for (String text :
                read("hba-rules.txt").replaceAll("(?m)^//.*\n", "").split("----\n", -1)) {
            StringBuilder rules = new StringBuilder();
            List<String> questions = new ArrayList<>();
            for (String line : writeFiles(text).split("\n", -1)) {
                if (line.startsWith("? ")) {
                    questions.add(line.substring(2));
                } else {
                    rules.append(line).append('\n');
                }
            }
            blocks.add(new Block(rules.toString(), questions));
        }
        return blocks;
    }

    /** Writes the files that a block begins with, and returns the rest. */
    private static String writeFiles(String block) {
        if (!block.startsWith("== ")) {
            return block;
        }
        int end = block.indexOf("\n\n");
        for (String file : block.substring(0, end).split("(?m)^== ", -1)) {
            if (!file.isEmpty()) {
                int line = file.indexOf('\n') < 0 ? file.length() : file.indexOf('\n') + 1;
                write(file.substring(0, line).strip(), file.substring(line));
            }
        }
        return block.substring(end + 2);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("blocks")
    void answers(Block block) throws ConfigException {
        for (String question : block.questions()) {
            String expected = question.substring(question.indexOf("-> ") + 3);
            if (expected.equals("error")) {
                assertThatThrownBy(() -> rules(block.rules())).isInstanceOf(ConfigException.class);
            } else {
                HbaRule rule = rules(block.rules()).of(client(question));
                assertThat(rule == null ? "none" : rule.method().word())
                        .as(question)
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void theTableIsLong() {
        assertThat(blocks().stream().mapToInt(block -> block.questions().size()).sum())
                .isGreaterThan(150);
    }

    private static HbaClient client(String question) {
        String[] words = question.substring(0, question.indexOf("->")).strip().split(" +", -1);
        try {
            var from =
                    words[0].equals("unix")
                            ? null
                            : new InetSocketAddress(InetAddress.getByName(words[0]), 50_000);
            Origin origin = from == null ? Origin.unix(1, 1) : Origin.tcp(from);
            return new HbaClient(
                    words[1].equals("tls") ? origin.encrypted(TLS) : origin,
                    name(words[2]),
                    name(words[3]),
                    words.length > 4);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(question, e);
        }
    }

    private static String name(String text) {
        return text.replace("%20", " ").replace("%0a", "\n");
    }

    // --- mistakes -----------------------------------------------------------------------------

    static List<String> mistakes() {
        return read("hba-mistakes.txt").lines().filter(line -> !line.startsWith("//")).toList();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mistakes")
    void tellsAMistake(String line) {
        String[] parts = line.split(" => ", -1);
        List<Problem> problems = problems("# first\n" + parts[0] + "\n\n");
        assertThat(problems).isNotEmpty().allMatch(problem -> problem.line() == 2);
        assertThat(problems).extracting(Problem::text).anyMatch(text -> text.contains(parts[1]));
        assertThat(problems).extracting(Problem::file).allMatch(file -> file.endsWith("hba.conf"));
    }

    @Test
    void tellsAllMistakesAtOnce() {
        StringBuilder all = new StringBuilder();
        mistakes().forEach(line -> all.append(line.split(" => ", -1)[0]).append('\n'));
        assertThat(problems(all.toString()))
                .extracting(Problem::line)
                .containsAll(
                        java.util.stream.IntStream.rangeClosed(1, mistakes().size())
                                .boxed()
                                .toList());
    }

    @Test
    void tellsEveryMistakeOfALine() {
        assertThat(problems("hostssl samerole +x /y 10.0.0.0/99 mdfive"))
                .extracting(Problem::text)
                .hasSize(3);
        assertThat(problems("host samerole +x 10.0.0.0/99 mdfive colour")).hasSize(3);
    }

    @Test
    void tellsTheLineOfAnIncludedFile() {
        write("wrong.conf", "\n\nlocal all all nonsense\n");
        assertThat(problems("local all all trust\ninclude wrong.conf\n"))
                .singleElement()
                .matches(problem -> problem.file().endsWith("wrong.conf") && problem.line() == 3);
    }

    @Test
    void tellsTheFirstLineOfAContinuedOne() {
        assertThat(problems("#\nlocal \\\n all \\\n all nonsense"))
                .singleElement()
                .matches(problem -> problem.line() == 2);
    }

    /** Ten lines, ten levels: ten billion files. */
    @Test
    void includesOfManyCirclesEnd() {
        write("circles.conf", "include circles.conf\n".repeat(10));
        assertThat(problems("include circles.conf"))
                .singleElement()
                .extracting(Problem::text)
                .asString()
                .contains("nested too deeply");
    }

    @Test
    void includesNotTooManyFiles() {
        write("short.conf", "local all all trust\n");
        assertThat(problems("include short.conf\n".repeat(TextFiles.FILES_MAX + 10)))
                .singleElement()
                .extracting(Problem::text)
                .asString()
                .contains("too many files are included (expected: at most 1000");
    }

    @Test
    void includesInCirclesEnd() {
        write("circle.conf", "include circle.conf\n");
        assertThat(problems("include circle.conf"))
                .extracting(Problem::text)
                .anyMatch(text -> text.contains("nested too deeply (expected: at most 10 levels)"));
        write("circle.txt", "@circle.txt");
        assertThat(problems("local @circle.txt all trust"))
                .extracting(Problem::text)
                .anyMatch(text -> text.contains("nested too deeply"));
    }

    /** A quote may be forgotten around a password with a blank. */
    @Test
    void neverRepeatsAPassword() {
        assertThat(
                        problems(
                                "local all all ldap ldapserver=x ldapbasedn=y"
                                        + " ldapbindpasswd=top secret ldapport=x"))
                .hasSize(2)
                .noneMatch(problem -> problem.text().contains("secret"))
                .noneMatch(problem -> problem.text().contains("top"));
    }

    @Test
    void aMissingFileIsTold() {
        assertThatThrownBy(() -> HbaRules.load(in("none.conf")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("no such file");
    }

    // --- files --------------------------------------------------------------------------------

    private static List<Problem> problems(String text) {
        try {
            rules(text);
            return List.of();
        } catch (ConfigException e) {
            return e.problems();
        }
    }

    private static HbaRules rules(String text) throws ConfigException {
        return HbaRules.load(write("hba.conf", text));
    }

    private static Path in(String name) {
        return Objects.requireNonNull(directory).resolve(name);
    }

    private static Path write(String name, String text) {
        try {
            Files.createDirectories(Objects.requireNonNull(in(name).getParent()));
            return Files.writeString(in(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(String name) {
        try (var in = HbaRulesTest.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
