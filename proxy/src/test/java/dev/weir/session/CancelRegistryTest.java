package dev.weir.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.protocol.CancelKey;
import dev.weir.protocol.CancelSecret;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose requests a key cancels. */
@NullMarked
final class CancelRegistryTest {
    private static final CancelRegistry.Holder HOLDER = _ -> {};

    private final CancelRegistry keys = new CancelRegistry(new Random(1));

    private static byte[] bytes(CancelKey key) {
        ByteBuf out = Unpooled.buffer();
        key.secret().writeTo(out);
        return ByteBufUtil.getBytes(out);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void findsWhoseTheWholeKeyIs(int protocolMinor) {
        CancelKey key = keys.register(HOLDER, protocolMinor, 0);
        assertThat(keys.find(key)).isSameAs(HOLDER);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void findsNothingIfAnyBitOfTheSecretIsWrong(int protocolMinor) {
        CancelKey key = keys.register(HOLDER, protocolMinor, 0);
        byte[] secret = bytes(key);
        for (int bit = 0; bit < secret.length * 8; bit++) {
            byte[] wrong = secret.clone();
            wrong[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(keys.find(new CancelKey(key.processId(), CancelSecret.copyOf(wrong))))
                    .isNull();
        }
    }

    @Test
    void findsNothingIfOnlyTheBeginningOfTheSecretIsRight() {
        CancelKey key = keys.register(HOLDER, 2, 0);
        byte[] less = Arrays.copyOf(bytes(key), CancelSecret.LENGTH_MIN);
        byte[] more = Arrays.copyOf(bytes(key), 33);
        assertThat(keys.find(new CancelKey(key.processId(), CancelSecret.copyOf(less)))).isNull();
        assertThat(keys.find(new CancelKey(key.processId(), CancelSecret.copyOf(more)))).isNull();
    }

    @Test
    void forgetsAKeyWithItsSession() {
        CancelKey key = keys.register(HOLDER, 0, 0);
        keys.remove(key.processId(), HOLDER);
        assertThat(keys.find(key)).isNull();
    }
}
