package dev.weir.protocol.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Md5Test {
    private static final byte[] SALT = {1, 2, 3, (byte) 0xff};

    /** Computed with {@code md5sum}. */
    private static final String SECRET = "md51ac73d65e37966d97d65b3804b643054";

    private static final String RESPONSE = "md555ebf47403aff6d640910f15df9e8857";

    @Test
    void hashesPasswordThenUser() {
        assertThat(Md5.secret("postgres", "p\u00e4ss")).isEqualTo(SECRET);
    }

    @Test
    void answersASalt() {
        assertThat(Md5.response(SECRET, SALT)).isEqualTo(RESPONSE);
        assertThat(Md5.isResponse(RESPONSE, SECRET, SALT)).isTrue();
        assertThat(Md5.isResponse(RESPONSE, SECRET, new byte[] {1, 2, 3, 4})).isFalse();
        assertThat(Md5.isResponse(SECRET, SECRET, SALT)).isFalse();
        assertThat(Md5.isResponse("", SECRET, SALT)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "md5",
                "md50123456789abcdef0123456789abcde",
                "md50123456789abcdef0123456789abcdef0",
                "md50123456789ABCDEF0123456789abcdef",
                "md50123456789abcdeg0123456789abcdef",
                "MD50123456789abcdef0123456789abcdef"
            })
    void doesNotTakeAPasswordForASecret(String text) {
        assertThat(Md5.isSecret(text)).isFalse();
        assertThatIllegalArgumentException().isThrownBy(() -> Md5.response(text, SALT));
    }
}
