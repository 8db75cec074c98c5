package dev.weir.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.ManualPage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is made from the commands' one description, or must agree with it. */
@NullMarked
final class CommandsTest {
    private static final Path DIST = Path.of("..", "src", "dist");
    private static final Pattern GENERATED =
            Pattern.compile(
                    "(?s)(\\.\\\\\" Generated [^\\n]*\\n).*(\\.\\\\\" End of what is generated)");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Caller caller =
            new Caller(
                    new PrintStream(out, true, UTF_8),
                    new PrintStream(new ByteArrayOutputStream(), true, UTF_8),
                    Map.of(),
                    List.of());
    private final Commands commands = new Commands(caller);

    @TempDir private Path directory;

    @Test
    void keepsTheHelpOfTheCheckout() throws InterruptedException {
        new Main(caller).run(List.of("--help"));
        ManualPage.hold("../src/dist/help.txt", out.toString(UTF_8));
    }

    @Test
    void keepsTheManPage() throws IOException {
        Matcher old = GENERATED.matcher(Files.readString(DIST.resolve("weir.1")));
        assertThat(old.find()).isTrue();
        String sections = Matcher.quoteReplacement(ManPage.sections(commands.model()));
        ManualPage.hold("../src/dist/weir.1", old.replaceFirst("$1" + sections + "$2"));
    }

    @Test
    void theLaunchersKnowTheCommands() throws IOException {
        Matcher list =
                Pattern.compile("(?m)^commands=\\((.*)\\)$")
                        .matcher(Files.readString(DIST.resolve("launch")));
        assertThat(list.find()).isTrue();
        var names = new TreeSet<>(commands.names());
        assertThat(names.remove("run")).isTrue(); // it serves
        assertThat(Arrays.asList(list.group(1).split(" "))).isEqualTo(List.copyOf(names));
    }

    @Test
    void bashCompletes() throws IOException, InterruptedException {
        assertThat(commands.execute(List.of("completion"))).isEqualTo(Main.OK);
        Path script = Files.writeString(directory.resolve("weir.bash"), out.toString(UTF_8));
        assertThat(completions(script, "weir", "ch")).contains("check");
        assertThat(completions(script, "weir", "check", "--")).contains("--json", "--offline");
        assertThat(completions(script, "weir", "import", "--from", ""))
                .contains("odyssey", "pgcat", "pgdog", "pgpool");
    }

    /** What a Tab at the end of these words offers. */
    private static List<String> completions(Path script, String... words)
            throws IOException, InterruptedException {
        String line =
                "source '%s'; COMP_WORDS=(%s); COMP_CWORD=%d; _complete_weir; echo \"${COMPREPLY[@]}\""
                        .formatted(script, quoted(words), words.length - 1);
        return said("bash", "-c", line).lines().flatMap(l -> Arrays.stream(l.split(" "))).toList();
    }

    private static String quoted(String... words) {
        return "'" + String.join("' '", words) + "'";
    }

    private static String said(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), UTF_8);
        process.waitFor();
        return text;
    }
}
