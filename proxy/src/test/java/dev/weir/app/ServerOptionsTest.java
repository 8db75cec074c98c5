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
final class ServerOptionsTest {
    private static ServerOptions.Request parse(String... words) throws ServerOptions.Misused {
        return ServerOptions.parse(List.of(words));
    }

    @Test
    void readsEveryOption() throws ServerOptions.Misused {
        var expected =
                new ServerOptions.Serve(
                        new ServerOptions(true, 2, true, true, "ann"), Path.of("a.ini"));
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
    void readsNoOptionsBehindTwoDashes() throws ServerOptions.Misused {
        assertThat(parse("--", "-q"))
                .isEqualTo(
                        new ServerOptions.Serve(
                                new ServerOptions(false, 0, false, false, null), Path.of("-q")));
    }

    @Test
    void helpAndVersionNeedNoFile() throws ServerOptions.Misused {
        assertThat(ServerOptions.parse(List.of("-h"))).isInstanceOf(ServerOptions.Help.class);
        assertThat(ServerOptions.parse(List.of("--version")))
                .isInstanceOf(ServerOptions.ShowVersion.class);
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
        assertThatThrownBy(() -> ServerOptions.parse(List.of(words.split(" ", -1))))
                .isInstanceOf(ServerOptions.Misused.class)
                .hasMessage(text);
    }
}
