package dev.weir.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NullMarked
final class CommandLineTest {
    private static CommandLine.Request parse(String... words) throws CommandLine.Misused {
        return CommandLine.parse(List.of(words));
    }

    @Test
    void readsEveryOption() throws CommandLine.Misused {
        var expected =
                new CommandLine.Serve(
                        new CommandLine(true, 2, true, true, "ann"), Path.of("a.ini"));
        assertThat(parse("-q", "-v", "-v", "-d", "-R", "-u", "ann", "a.ini")).isEqualTo(expected);
        assertThat(parse("-qvvdRuann", "a.ini")).isEqualTo(expected);
        assertThat(
                        parse(
                                "a.ini",
                                "--quiet",
                                "--verbose",
                                "--verbose",
                                "--dae",
                                "--reboot",
                                "--user=ann"))
                .isEqualTo(expected);
    }

    @Test
    void readsNoOptionsBehindTwoDashes() throws CommandLine.Misused {
        assertThat(parse("--", "-q"))
                .isEqualTo(
                        new CommandLine.Serve(
                                new CommandLine(false, 0, false, false, null), Path.of("-q")));
    }

    @Test
    void helpAndVersionNeedNoFile() throws CommandLine.Misused {
        assertThat(CommandLine.parse(List.of("-h"))).isInstanceOf(CommandLine.Help.class);
        assertThat(CommandLine.parse(List.of("--version")))
                .isInstanceOf(CommandLine.ShowVersion.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-x a.ini|unknown option: -x",
                "--nope a.ini|unknown option: --nope",
                "--ver a.ini|ambiguous option: --ver",
                "--quiet=1 a.ini|option --quiet takes no value",
                "a.ini -u|option -u needs a value",
                "-q|one configuration file is needed, not 0",
                "a.ini b.ini|one configuration file is needed, not 2"
            })
    void saysWhatIsWrong(String words, String text) {
        assertThatThrownBy(() -> CommandLine.parse(List.of(words.split(" ", -1))))
                .isInstanceOf(CommandLine.Misused.class)
                .hasMessage(text);
    }
}
