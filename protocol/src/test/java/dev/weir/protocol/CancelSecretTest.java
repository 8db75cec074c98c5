package dev.weir.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CancelSecretTest {
    @ParameterizedTest
    @ValueSource(ints = {4, 32, 256})
    void acceptsTheLengthsOfTheProtocol(int length) {
        CancelSecret secret = CancelSecret.random(length);
        assertThat(secret.length()).isEqualTo(length);
        assertThat(WireBytes.written(secret::writeTo)).hasSize(length);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 257})
    void rejectsOtherLengths(int length) {
        assertThatIllegalArgumentException().isThrownBy(() -> CancelSecret.random(length));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CancelSecret.copyOf(new byte[length]))
                .withMessage("length of a cancel secret: " + length + " (expected: 4..256)");
    }

    @Test
    void matchesOnlyTheSameBytes() {
        CancelSecret secret = CancelSecret.copyOf(new byte[] {1, 2, 3, 4});
        assertThat(secret.matches(CancelSecret.copyOf(new byte[] {1, 2, 3, 4}))).isTrue();
        assertThat(secret.matches(CancelSecret.copyOf(new byte[] {1, 2, 3, 5}))).isFalse();
        assertThat(secret.matches(CancelSecret.copyOf(new byte[] {1, 2, 3, 4, 0}))).isFalse();
    }

    @Test
    void keepsItsOwnCopy() {
        byte[] bytes = {1, 2, 3, 4};
        CancelSecret secret = CancelSecret.copyOf(bytes);
        bytes[0] = 9;
        assertThat(WireBytes.written(secret::writeTo)).containsExactly(1, 2, 3, 4);
    }

    @Test
    void isRandom() {
        assertThat(CancelSecret.random(32)).isNotEqualTo(CancelSecret.random(32));
    }

    @Test
    void isNotPrinted() {
        CancelKey key = new CancelKey(42, CancelSecret.copyOf(new byte[] {77, 78, 79, 80}));
        assertThat(key).hasToString("CancelKey[processId=42, secret=CancelSecret[4 bytes]]");
    }
}
