package dev.weir.error;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.ManualPage;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Holds docs/errors.md to the table; {@code -Ddocs.update=true} writes it. */
@NullMarked
final class ErrorsDocTest {
    @Test
    void keepsThePageOfTheManual() {
        ManualPage.hold("errors.md", page());
    }

    @ParameterizedTest
    @EnumSource
    void hasAnSqlState(ProxyError error) {
        assertThat(error.sqlState()).matches("[0-9A-Z]{5}");
    }

    private static String page() {
        return """
        <!-- Generated from dev.weir.error.ProxyError: mvn test -Dtest=ErrorsDocTest -Ddocs.update=true -->
        # Errors

        Every error that Weir itself sends to a client. All others come from PostgreSQL and pass
        through unchanged. `…` stands for text that is filled in. After a FATAL error the connection
        is closed; after an ERROR the statement has failed and the session goes on.

        When a server refuses Weir's login, clients get the server's own error with severity FATAL and
        its SQLSTATE, or `08001` if the two did not agree on TLS. A server that cannot be reached is
        waited for ([failover.md](failover.md)); who is refused in the end because of it (`hold`) gets `08006`,
        or what the server said.

        The hint, if there is one, names the setting or the remedy.

        | SQLSTATE | severity | text | hint | name |
        |---|---|---|---|---|
        """
                + Arrays.stream(ProxyError.values())
                        .map(ErrorsDocTest::row)
                        .collect(Collectors.joining());
    }

    private static String row(ProxyError error) {
        String text = cell(error.template().replace("%s", "…"));
        String hint = error.hint() == null ? "" : cell(error.hint());
        return "| `%s` | %s | %s | %s | `%s` |%n"
                .formatted(error.sqlState(), error.severity(), text, hint, error.name());
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace("*", "\\*");
    }
}
