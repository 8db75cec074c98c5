package dev.weir.protocol;

import static dev.weir.protocol.WireBytes.bytes;
import static dev.weir.protocol.WireBytes.written;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netty.buffer.ByteBuf;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class FrontendMessagesTest {
    @Test
    void beginsASession() {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("user", "\u00e4");
        parameters.put("database", "d");
        expect(
                out -> FrontendMessages.startup(out, 3, 2, parameters),
                0,
                0,
                0,
                28,
                0,
                3,
                0,
                2,
                "user",
                0,
                0xc3,
                0xa4,
                0,
                "database",
                0,
                "d",
                0,
                0);
        expect(FrontendMessages::sslRequest, 0, 0, 0, 8, 4, 210, 22, 47);
    }

    @Test
    void cancelsWithKeysOfBothLengths() {
        CancelKey shortest = new CancelKey(7, CancelSecret.copyOf(bytes(1, 2, 3, 4)));
        expect(
                out -> FrontendMessages.cancelRequest(out, shortest),
                0,
                0,
                0,
                16,
                4,
                210,
                22,
                46,
                0,
                0,
                0,
                7,
                1,
                2,
                3,
                4);
        byte[] secret = new byte[256];
        CancelKey longest = new CancelKey(-1, CancelSecret.copyOf(secret));
        expect(
                out -> FrontendMessages.cancelRequest(out, longest),
                0,
                0,
                1,
                12,
                4,
                210,
                22,
                46,
                255,
                255,
                255,
                255,
                secret);
    }

    @Test
    void authenticates() {
        expect(out -> FrontendMessages.password(out, "pw"), "p", 0, 0, 0, 7, "pw", 0);
        expect(
                out -> FrontendMessages.saslInitialResponse(out, "M", bytes("n,,")),
                "p",
                0,
                0,
                0,
                13,
                "M",
                0,
                0,
                0,
                0,
                3,
                "n,,");
        expect(out -> FrontendMessages.saslResponse(out, bytes("c=")), "p", 0, 0, 0, 6, "c=");
    }

    @Test
    void queries() {
        expect(out -> FrontendMessages.query(out, "\u00e4"), "Q", 0, 0, 0, 7, 0xc3, 0xa4, 0);
        expect(out -> FrontendMessages.query(out, bytes("--")), "Q", 0, 0, 0, 7, "--", 0);
        expect(
                out -> FrontendMessages.parse(out, bytes("s"), bytes("q"), 23, 0),
                "P",
                0,
                0,
                0,
                18,
                "s",
                0,
                "q",
                0,
                0,
                2,
                0,
                0,
                0,
                23,
                0,
                0,
                0,
                0);
        expect(
                out -> FrontendMessages.parse(out, bytes(), bytes("q")),
                "P",
                0,
                0,
                0,
                9,
                0,
                "q",
                0,
                0,
                0);
    }

    @Test
    void endsThings() {
        expect(
                out -> FrontendMessages.close(out, (byte) 'S', bytes("n")),
                "C",
                0,
                0,
                0,
                7,
                "Sn",
                0);
        expect(FrontendMessages::sync, "S", 0, 0, 0, 4);
        expect(FrontendMessages::flush, "H", 0, 0, 0, 4);
        expect(FrontendMessages::terminate, "X", 0, 0, 0, 4);
    }

    @Test
    void refusesAUserNameThatWouldAddAParameter() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        written(out ->
                                FrontendMessages.startup(
                                        out, 3, 0, Map.of("user", "a\0options\0-c x=y"))));
    }

    @Test
    void doesNotPrintThePasswordThatItRefuses() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> written(out -> FrontendMessages.password(out, "hunter2\0")))
                .withMessage("zero character at 7 of a string of 8");
    }

    private static void expect(Consumer<ByteBuf> encoder, Object... expected) {
        assertThat(written(encoder)).containsExactly(bytes(expected));
    }
}
