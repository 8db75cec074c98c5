package dev.weir.protocol.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScramSecretTest {
    private static final String KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    @Test
    void survivesFormattingAndParsing() {
        ScramSecret secret = ScramSecret.derive("pencil", new byte[] {1, 2, 3, 4}, 5);
        assertThat(secret.format()).startsWith("SCRAM-SHA-256$5:AQIDBA==$");
        ScramSecret parsed = ScramSecret.parse(secret.format());
        assertThat(parsed).isEqualTo(secret).hasSameHashCodeAs(secret);
        assertThat(parsed).isNotNull();
        assertThat(parsed.isOf("pencil")).isTrue();
        assertThat(parsed.isOf("Pencil")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "SCRAM-SHA-256",
                "scram-sha-256$4096:QQ==$" + KEY + ":" + KEY,
                "SCRAM-SHA-1$4096:QQ==$" + KEY + ":" + KEY,
                "SCRAM-SHA-256$:QQ==$" + KEY + ":" + KEY,
                "SCRAM-SHA-256$0:QQ==$" + KEY + ":" + KEY,
                "SCRAM-SHA-256$4096x:QQ==$" + KEY + ":" + KEY,
                "SCRAM-SHA-256$2147483648:QQ==$" + KEY + ":" + KEY,
                "SCRAM-SHA-256$4096:QQ=$" + KEY + ":" + KEY,
                "SCRAM-SHA-256$4096:Q Q=$" + KEY + ":" + KEY,
                "SCRAM-SHA-256$4096:QQ==$" + KEY,
                "SCRAM-SHA-256$4096:QQ==$QQ==:" + KEY,
                "SCRAM-SHA-256$4096:QQ==$" + KEY + ":QQ==",
                "SCRAM-SHA-256$4096:QQ==$" + KEY + ":" + KEY + ":",
                "SCRAM-SHA-256$4096:QQ==$" + KEY + ":" + KEY + "\n"
            })
    void parsesNothingElse(String text) {
        assertThat(ScramSecret.parse(text)).isNull();
    }

    @Test
    void refusesToDeriveWithoutIterations() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ScramSecret.derive("x", new byte[1], 0))
                .withMessage("iterations: 0 (expected: >= 1)");
    }

    @Test
    void doesNotLetItsKeysBeChanged() {
        ScramSecret secret = ScramSecret.derive("pencil", new byte[] {1}, 1);
        String before = secret.format();
        secret.salt()[0] = 9;
        secret.storedKey()[0]++;
        secret.serverKey()[0]++;
        assertThat(secret.format()).isEqualTo(before);
    }

    @Test
    void isNotPrinted() {
        assertThat(ScramSecret.derive("pencil", new byte[] {1}, 1))
                .hasToString("ScramSecret[iterations=1]");
    }
}
