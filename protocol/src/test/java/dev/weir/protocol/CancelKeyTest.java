package dev.weir.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
final class CancelKeyTest {
    private static byte[] bytes(CancelKey key) {
        ByteBuf out = Unpooled.buffer();
        out.writeInt(key.processId());
        key.secret().writeTo(out);
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 32})
    void saysWhoseItIsWherePgbouncersKeysDo(int length) {
        CancelKey key = new CancelKey(0x7fffffff, CancelSecret.random(length)).ofPeer(0x1234);
        byte[] bytes = bytes(key);
        assertThat(bytes[1]).isEqualTo((byte) 0x34);
        assertThat(bytes[2]).isEqualTo((byte) 0x12);
        assertThat(bytes[7] & 3).isEqualTo(3);
        assertThat(key.peerId()).isEqualTo(0x1234);
        assertThat(key.processId()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 255, 256, 16_383})
    void keepsEveryPeerId(int peerId) {
        assertThat(new CancelKey(1, CancelSecret.random(4)).ofPeer(peerId).peerId())
                .isEqualTo(peerId);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 16_384})
    void refusesAPeerIdThatHasNoRoom(int peerId) {
        var key = new CancelKey(1, CancelSecret.random(4));
        assertThatThrownBy(() -> key.ofPeer(peerId)).hasMessageContaining("expected: 1..16383");
    }

    @Test
    void isPassedOnThreeTimesAndStaysTheSame() {
        CancelKey made = new CancelKey(7, CancelSecret.random(32)).ofPeer(1);
        CancelKey third = made.passedOn().passedOn().passedOn();
        assertThat(made.passedOn().passedOn().mayBePassedOn()).isTrue();
        assertThat(third.mayBePassedOn()).isFalse();
        assertThat(made.secret().matchesPassedOn(third.secret())).isTrue();
        assertThat(made.secret().matches(third.secret())).isFalse();
        assertThat(made.secret().matchesPassedOn(CancelSecret.random(32))).isFalse();
    }
}
