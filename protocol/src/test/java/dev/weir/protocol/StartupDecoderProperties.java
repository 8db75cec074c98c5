package dev.weir.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.protocol.StartupRequest.StartupMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests properties of the decoder with seeded random packets; a failure names its seed. */
class StartupDecoderProperties {
    private static final int ROUNDS = 5_000;
    private static final int[] CODES = {
        StartupDecoder.SSL_CODE,
        StartupDecoder.GSSENC_CODE,
        StartupDecoder.CANCEL_CODE,
        0x30000,
        0x30002,
        0x20000
    };

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void anyBytesAreARequestOrAViolation(long seed) {
        Random random = new Random(seed);
        int requests = 0;
        int violations = 0;
        for (int i = 0; i < ROUNDS; i++) {
            ByteBuf in = noise(random);
            int readable = in.readableBytes();
            try {
                StartupRequest request = StartupDecoder.decode(in);
                assertThat(request != null).isEqualTo(in.readableBytes() < readable);
                requests += request == null ? 0 : 1;
            } catch (ProtocolViolation expected) {
                violations++;
            }
        }
        assertThat(requests).as("requests").isGreaterThan(ROUNDS / 100);
        assertThat(violations).as("violations").isGreaterThan(ROUNDS / 100);
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 5, 6})
    void anyCutIsIncompleteAndTheWholeIsWhatWasSent(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            Map<String, String> sent = parameters(random);
            ByteBuf whole = Unpooled.buffer();
            FrontendMessages.startup(whole, 3, random.nextInt(3), sent);
            int length = whole.readableBytes();
            int cut = random.nextInt(length);
            ByteBuf part = whole.slice(0, cut);
            assertThat(StartupDecoder.decode(part)).as("cut %d of %d", cut, length).isNull();
            assertThat(part.readerIndex()).isZero();
            assertThat(StartupDecoder.decode(whole))
                    .isInstanceOfSatisfying(
                            StartupMessage.class,
                            message -> assertThat(message.parameters()).isEqualTo(sent));
            assertThat(whole.isReadable()).isFalse();
        }
    }

    /**
     * A length and a code that are often legal, followed by bytes that are often letters or zeros.
     */
    private static ByteBuf noise(Random random) {
        int size = random.nextInt(40);
        ByteBuf in = Unpooled.buffer();
        in.writeInt(random.nextInt(8) == 0 ? random.nextInt() : size + random.nextInt(-3, 12));
        in.writeInt(
                random.nextInt(8) == 0 ? random.nextInt() : CODES[random.nextInt(CODES.length)]);
        for (int i = 0; i < size; i++) {
            in.writeByte(random.nextInt(3) == 0 ? 0 : random.nextInt(256));
        }
        return in.writerIndex(random.nextInt(in.writerIndex() + 1));
    }

    private static Map<String, String> parameters(Random random) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            parameters.put("p" + text(random), text(random));
        }
        return parameters;
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i > 0; i--) {
            text.appendCodePoint(random.nextInt(10) == 0 ? 0x1f600 : random.nextInt(1, 0x500));
        }
        return text.toString();
    }
}
