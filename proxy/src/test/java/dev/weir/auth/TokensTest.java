package dev.weir.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.config.ConfigException;
import java.util.Locale;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
final class TokensTest {
    /** Of "abc": the example of the standard. */
    private static final String ABC =
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    /** Of "". */
    private static final String NOTHING =
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    @Test
    void knowsWhoseTokenItIs() throws ConfigException {
        Tokens tokens =
                Tokens.parse(
                        "t",
                        "# a comment\n; another\n\n  prometheus\tstats %s \r\ndeploy admin %s\n"
                                .formatted(ABC.toUpperCase(Locale.ROOT), NOTHING));

        assertThat(tokens.holder("abc")).isEqualTo(new Tokens.Holder("prometheus", false));
        assertThat(tokens.holder("")).isEqualTo(new Tokens.Holder("deploy", true));
        assertThat(tokens.holder(ABC)).isNull();
        assertThat(tokens.holder("abd")).isNull();
        assertThat(tokens.toString()).isEqualTo("Tokens[2]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "abc",
                "prometheus abc",
                "prometheus stats abc",
                "prometheus owner " + ABC,
                "stats " + ABC,
                "a b stats " + ABC,
                "prometheus stats " + ABC + "0",
                "prometheus stats " + ABC + " abc"
            })
    void refusesOtherLinesWithoutShowingThem(String line) {
        assertThatThrownBy(() -> Tokens.parse("tokens", "\n" + line))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("tokens:2: ")
                .satisfies(
                        e -> assertThat(e.getMessage()).doesNotContain("abc").doesNotContain(ABC));
    }
}
