package dev.weir.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.protocol.auth.StoredSecret;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
final class AuthAnswerTest {
    private static final Account KNOWN = new Account.Known("bob", StoredSecret.parse("sun"));
    private static final Account WITHOUT_PASSWORD = new Account.Known("bob", null);
    private static final Account UNKNOWN = new Account.Unknown("bob");

    @Test
    void aRowIsAUser() throws AuthAnswer.Nonsense {
        assertThat(answer("bob", "sun")).isEqualTo(KNOWN);
        assertThat(answer("bob", null)).isEqualTo(WITHOUT_PASSWORD);
        assertThat(answer("bob", "")).isEqualTo(WITHOUT_PASSWORD);
    }

    @Test
    void noRowIsNoUser() throws AuthAnswer.Nonsense {
        assertThat(AuthAnswer.of("bob", List.of())).isEqualTo(UNKNOWN);
    }

    /** What a function with OUT parameters returns for somebody it does not find. */
    @Test
    void aRowOfNullsIsNoUser() throws AuthAnswer.Nonsense {
        assertThat(answer(null, null)).isEqualTo(UNKNOWN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "infinity",
                "2999-12-31 23:59:59+00",
                "2999-12-31 23:59:59.123456+00",
                "2999-12-31 23:59:59.1+05:30",
                "2999-12-31 23:59:59-12"
            })
    void aThirdColumnMayLieInTheFuture(String validUntil) throws AuthAnswer.Nonsense {
        assertThat(answer("bob", "sun", validUntil)).isEqualTo(KNOWN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-infinity", "2020-01-01 00:00:00+00", "0099-01-01 00:00:00.5+01"})
    void aThirdColumnInThePastTakesThePasswordAway(String validUntil) throws AuthAnswer.Nonsense {
        assertThat(answer("bob", "sun", validUntil)).isEqualTo(WITHOUT_PASSWORD);
    }

    @Test
    void aThirdColumnOfNullIsNoLimit() throws AuthAnswer.Nonsense {
        assertThat(answer("bob", "sun", null)).isEqualTo(KNOWN);
    }

    @Test
    void nonsenseIsToldWithoutTheSecret() {
        refused("1 columns (expected: name, secret[, valid until])", "bob");
        refused("4 columns (expected: name, secret[, valid until])", "bob", "sun", null, null);
        refused("a row for another user than the one asked for", "eve", "sun");
        refused("a third column that is no timestamp with time zone", "bob", "sun", "t");
        assertThatThrownBy(() -> AuthAnswer.of("bob", List.of(List.of("bob"), List.of("bob"))))
                .hasMessage("more than one row (expected: at most one)");
    }

    @Test
    void noRoleHasANameOfMoreThan63Bytes() {
        assertThat(AuthAnswer.isPossible("x".repeat(63))).isTrue();
        assertThat(AuthAnswer.isPossible("x".repeat(64))).isFalse();
        assertThat(AuthAnswer.isPossible("\u00fc".repeat(32))).isFalse();
    }

    private static void refused(String message, @Nullable String... row) {
        assertThatThrownBy(() -> answer(row))
                .isInstanceOf(AuthAnswer.Nonsense.class)
                .hasMessage(message);
    }

    private static Account answer(@Nullable String... row) throws AuthAnswer.Nonsense {
        return AuthAnswer.of("bob", List.of(Arrays.asList(row)));
    }
}
