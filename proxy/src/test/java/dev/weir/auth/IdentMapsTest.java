package dev.weir.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.config.ConfigException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NullMarked
final class IdentMapsTest {
    private static final String MAPS =
            """
            # map  outside            user
            m      alice              al
            m      alice              bob
            m      "John Smith"       smith
            m      root               all
            m      quoted             "all"
            m      ops                /^(app|web)$
            re     /^(.*)@example\\.com$   \\1
            re     /^(.*)@other\\.com$     guest
            re     /^x(a)?y$              v\\1w\\1
            re     /^admin                "all"
            cont   one \\
                   two
            tricky /^(.*)$            \\1
            """;

    @TempDir private @Nullable Path directory;

    @ParameterizedTest
    @CsvSource(
            textBlock =
                    """
                    m, alice, al, true
                    m, alice, bob, true
                    m, alice, alice, false
                    m, ALICE, al, false
                    m, John Smith, smith, true
                    m, John, smith, false
                    m, root, anybody, true
                    m, quoted, anybody, false
                    m, quoted, all, true
                    m, ops, app, true
                    m, ops, web, true
                    m, ops, appl, false
                    re, bob@example.com, bob, true
                    re, bob@example.com, eve, false
                    re, bob@example.community, bob, false
                    re, eve@other.com, guest, true
                    re, eve@other.com, eve, false
                    re, xay, vaw\\1, true
                    re, xy, vw\\1, true
                    re, administrator, all, true
                    re, administrator, bob, false
                    cont, one, two, true
                    none, alice, al, false
                    , alice, alice, true
                    , alice, bob, false
                    tricky, all, bob, false
                    tricky, all, all, true
                    """)
    void saysWhoMayBeWhom(@Nullable String map, String outside, String user, boolean allowed)
            throws ConfigException {
        assertThat(maps(MAPS).allows(map, outside, user)).isEqualTo(allowed);
    }

    /** A name ends where it ends, not before a new line. */
    @Test
    void aNewLineDoesNotEndAName() throws ConfigException {
        assertThat(maps(MAPS).allows("re", "bob@example.com\n", "bob")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    m alice            | 2 fields (expected: map, name outside, user)
                    m                  | 1 fields
                    m a,b c            | 2 words in a field
                    m a +admins        | +admins: not supported
                    m /( x             | invalid regular expression
                    m /abc x\\1        | takes \\1 of "/abc", which has none
                    m "a b             | a quote that is not closed
                    """)
    void tellsAMistake(String line, String problem) {
        assertThatThrownBy(() -> maps("\n" + line))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("ident.conf:2: ")
                .hasMessageContaining(problem);
    }

    @Test
    void knowsItsMaps() throws ConfigException {
        assertThat(maps(MAPS).has("re")).isTrue();
        assertThat(maps(MAPS).has("nobody")).isFalse();
    }

    private IdentMaps maps(String text) throws ConfigException {
        Path file = Objects.requireNonNull(directory).resolve("ident.conf");
        try {
            return IdentMaps.load(Files.writeString(file, text));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
