package dev.weir.protocol;

import static dev.weir.protocol.WireBytes.buffer;
import static dev.weir.protocol.WireBytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.protocol.StartupRequest.CancelRequest;
import dev.weir.protocol.StartupRequest.GssEncRequest;
import dev.weir.protocol.StartupRequest.SslRequest;
import dev.weir.protocol.StartupRequest.StartupMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StartupDecoderTest {
    private static final String BAD_LENGTH = "invalid length of startup packet";
    private static final String BAD_LAYOUT =
            "invalid startup packet layout: expected terminator as last byte";

    @Test
    void readsTheRequestsForEncryption() {
        assertThat(StartupDecoder.decode(buffer(0, 0, 0, 8, 4, 210, 22, 47)))
                .isEqualTo(new SslRequest());
        assertThat(StartupDecoder.decode(buffer(0, 0, 0, 8, 4, 210, 22, 48)))
                .isEqualTo(new GssEncRequest());
    }

    @Test
    void readsAStartupMessageInOrder() {
        ByteBuf in = packet(3, 2, "user\0me\0database\0db\0application_name\0\0_pq_.x\0on\0\0");
        StartupMessage message = (StartupMessage) StartupDecoder.decode(in);
        Map<String, String> expected = new LinkedHashMap<>();
        expected.put("user", "me");
        expected.put("database", "db");
        expected.put("application_name", "");
        expected.put("_pq_.x", "on");
        assertThat(message).isNotNull();
        assertThat(message).isEqualTo(new StartupMessage(3, 2, expected));
        assertThat(message.parameters()).containsExactlyEntriesOf(expected);
        assertThatThrownBy(() -> message.parameters().put("user", "postgres"))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void consumesExactlyOnePacket() {
        ByteBuf in = buffer(0, 0, 0, 8, 4, 210, 22, 47, "Q");
        assertThat(StartupDecoder.decode(in)).isNotNull();
        assertThat(in.readableBytes()).isEqualTo(1);
    }

    @Test
    void takesTheLastOfARepeatedParameter() {
        assertThat(parameters("user\0a\0user\0b\0\0")).containsExactly(Map.entry("user", "b"));
    }

    @Test
    void acceptsAMessageWithoutParameters() {
        assertThat(parameters("\0")).isEmpty();
    }

    @Test
    void readsUtf8() {
        assertThat(parameters("user\0J\u00c3\u00bcrg\0\0")).containsEntry("user", "J\u00fcrg");
        assertThat(parameters("a\0\u00f0\u009f\u0098\u0080\0\0"))
                .containsEntry("a", "\ud83d\ude00");
    }

    /** In Latin-1 this would be the name of another user than the one whose bytes these are. */
    @ParameterizedTest
    @ValueSource(strings = {"user\0J\u00fcrg\0\0", "database\0\u00c3\0\0", "\u00fc\0x\0\0"})
    void refusesNamesThatAreNotUtf8(String body) {
        assertThatThrownBy(() -> parameters(body))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessageStartingWith(
                        "invalid byte sequence for encoding \"UTF8\" in startup packet: ");
    }

    /** As PostgreSQL shows such an application_name. */
    @Test
    void spellsOutWhatIsNotUtf8InOtherValues() {
        assertThat(parameters("application_name\0\u00fcb\u00c3\u00bc\u00e2\u0082\0\0"))
                .containsEntry("application_name", "\\xfcb\u00fc\\xe2\\x82");
    }

    @Test
    void doesNotInterpretOtherMajorVersions() {
        assertThat(StartupDecoder.decode(packet(2, 0, "no layout")))
                .isEqualTo(new StartupMessage(2, 0, Map.of()));
        assertThat(StartupDecoder.decode(packet(0xffff, 0xffff, "")))
                .isEqualTo(new StartupMessage(0xffff, 0xffff, Map.of()));
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 32, 256})
    void readsTheCancelKeysOfProtocol30And32(int secretLength) {
        byte[] secret = new byte[secretLength];
        Arrays.fill(secret, (byte) 0xa5);
        assertThat(StartupDecoder.decode(cancel(secret)))
                .isEqualTo(
                        new CancelRequest(new CancelKey(0x80000001, CancelSecret.copyOf(secret))));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 257})
    void rejectsACancelKeyOfImpossibleLength(int secretLength) {
        assertThatThrownBy(() -> StartupDecoder.decode(cancel(new byte[secretLength])))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessage("invalid length of cancel key in cancel request packet");
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 7, 10_005, Integer.MAX_VALUE})
    void rejectsAnImpossibleLengthByItself(int length) {
        assertThatThrownBy(() -> StartupDecoder.decode(Unpooled.buffer().writeInt(length)))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessage(BAD_LENGTH);
    }

    @Test
    void rejectsHttpAtItsFourthByte() {
        assertThat(StartupDecoder.decode(buffer("GET"))).isNull();
        assertThatThrownBy(() -> StartupDecoder.decode(buffer("GET ")))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessage(BAD_LENGTH);
    }

    @Test
    void acceptsTheLongestPacketOfPostgres() {
        String value = "x".repeat(StartupDecoder.LENGTH_MAX - 8 - "user".length() - 3);
        ByteBuf in = packet(3, 0, "user\0" + value + "\0\0");
        assertThat(in.readableBytes()).isEqualTo(10_004);
        StartupMessage message = (StartupMessage) StartupDecoder.decode(in);
        assertThat(message).isNotNull();
        assertThat(message.parameters()).containsEntry("user", value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", // no terminator at all
                "user\0me\0", // no terminator of the list
                "user\0me", // no terminator after the value
                "user\0", // no value, or no terminator of the list
                "user", // no terminator after the name
                "user\0me\0\0x", // a byte too many
                "user\0me\0\0\0", // a zero byte too many
                "user\0me\0x" // not a terminator
            })
    void rejectsABrokenLayout(String body) {
        assertThatThrownBy(() -> StartupDecoder.decode(packet(3, 0, body)))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessage(BAD_LAYOUT);
    }

    private static Map<String, String> parameters(String body) {
        StartupMessage message = (StartupMessage) StartupDecoder.decode(packet(3, 0, body));
        assertThat(message).isNotNull();
        return message.parameters();
    }

    private static ByteBuf cancel(byte[] secret) {
        return Unpooled.buffer()
                .writeInt(12 + secret.length)
                .writeBytes(bytes(4, 210, 22, 46, 0x80, 0, 0, 1))
                .writeBytes(secret);
    }

    private static ByteBuf packet(int major, int minor, String body) {
        return Unpooled.buffer()
                .writeInt(8 + body.length())
                .writeShort(major)
                .writeShort(minor)
                .writeBytes(bytes(body));
    }
}
