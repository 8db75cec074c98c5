package dev.weir.protocol;

import static dev.weir.protocol.WireBytes.bytes;
import static dev.weir.protocol.WireBytes.written;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weir.protocol.BackendMessages.Column;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class BackendMessagesTest {
    @Test
    void asksForPasswords() {
        expect(BackendMessages::authenticationOk, "R", 0, 0, 0, 8, 0, 0, 0, 0);
        expect(BackendMessages::authenticationCleartextPassword, "R", 0, 0, 0, 8, 0, 0, 0, 3);
        expect(
                out -> BackendMessages.authenticationMd5Password(out, bytes(1, 2, 3, 255)),
                "R",
                0,
                0,
                0,
                12,
                0,
                0,
                0,
                5,
                1,
                2,
                3,
                255);
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        written(out -> BackendMessages.authenticationMd5Password(out, new byte[3])))
                .withMessageContaining("3 bytes");
    }

    @Test
    void speaksSasl() {
        expect(
                out -> BackendMessages.authenticationSasl(out, List.of("A-PLUS", "A")),
                "R",
                0,
                0,
                0,
                18,
                0,
                0,
                0,
                10,
                "A-PLUS",
                0,
                "A",
                0,
                0);
        expect(
                out -> BackendMessages.authenticationSaslContinue(out, bytes("r=1")),
                "R",
                0,
                0,
                0,
                11,
                0,
                0,
                0,
                11,
                "r=1");
        expect(
                out -> BackendMessages.authenticationSaslFinal(out, bytes("v=1")),
                "R",
                0,
                0,
                0,
                11,
                0,
                0,
                0,
                12,
                "v=1");
    }

    @Test
    void announcesCancelKeysOfBothLengths() {
        expect(
                out -> BackendMessages.backendKeyData(out, key(bytes(9, 8, 7, 6))),
                "K",
                0,
                0,
                0,
                12,
                0,
                1,
                0,
                2,
                9,
                8,
                7,
                6);
        byte[] longest = new byte[256];
        expect(
                out -> BackendMessages.backendKeyData(out, key(longest)),
                "K",
                0,
                0,
                1,
                8,
                0,
                1,
                0,
                2,
                longest);
    }

    @Test
    void reportsParametersAndStatus() {
        expect(
                out -> BackendMessages.parameterStatus(out, "DateStyle", "ISO, \u00c4"),
                "S",
                0,
                0,
                0,
                22,
                "DateStyle",
                0,
                "ISO, \u00c3\u0084",
                0);
        expect(out -> BackendMessages.readyForQuery(out, (byte) 'T'), "Z", 0, 0, 0, 5, "T");
    }

    @Test
    void writesErrorFieldsInTheOrderOfPostgres() {
        expect(
                out -> BackendMessages.error(out, "FATAL", "08P01", "m", "d", "h"),
                "E",
                0,
                0,
                0,
                35,
                "SFATAL",
                0,
                "VFATAL",
                0,
                "C08P01",
                0,
                "Mm",
                0,
                "Dd",
                0,
                "Hh",
                0,
                0);
        expect(
                out -> BackendMessages.notice(out, "NOTICE", "00000", "m", null, null),
                "N",
                0,
                0,
                0,
                31,
                "SNOTICE",
                0,
                "VNOTICE",
                0,
                "C00000",
                0,
                "Mm",
                0,
                0);
    }

    @Test
    void reportsAnErrorWithAZeroCharacterAllTheSame() {
        expect(
                out -> BackendMessages.error(out, "ERROR", "42601", "a\0b", null, null),
                "E",
                0,
                0,
                0,
                31,
                "SERROR",
                0,
                "VERROR",
                0,
                "C42601",
                0,
                "Ma b",
                0,
                0);
    }

    @Test
    void negotiatesTheVersion() {
        expect(
                out -> BackendMessages.negotiateProtocolVersion(out, 0x30002, List.of("_pq_.a")),
                "v",
                0,
                0,
                0,
                19,
                0,
                3,
                0,
                2,
                0,
                0,
                0,
                1,
                "_pq_.a",
                0);
        expect(
                out -> BackendMessages.negotiateProtocolVersion(out, 0x30000, List.of()),
                "v",
                0,
                0,
                0,
                12,
                0,
                3,
                0,
                0,
                0,
                0,
                0,
                0);
    }

    @Test
    void completesCommands() {
        expect(
                out -> BackendMessages.commandComplete(out, "SELECT 1"),
                "C",
                0,
                0,
                0,
                13,
                "SELECT 1",
                0);
        expect(BackendMessages::emptyQueryResponse, "I", 0, 0, 0, 4);
        expect(BackendMessages::parseComplete, "1", 0, 0, 0, 4);
        expect(BackendMessages::bindComplete, "2", 0, 0, 0, 4);
        expect(BackendMessages::closeComplete, "3", 0, 0, 0, 4);
        expect(BackendMessages::noData, "n", 0, 0, 0, 4);
    }

    @Test
    void describesColumnsAndParameters() {
        expect(
                out ->
                        BackendMessages.rowDescription(
                                out,
                                List.of(
                                        new Column("t", 25, (short) -1),
                                        new Column("n", 0x0102, (short) 8))),
                "T",
                0,
                0,
                0,
                46,
                0,
                2, //
                "t",
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                25,
                255,
                255,
                255,
                255,
                255,
                255,
                0,
                0, //
                "n",
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                1,
                2,
                0,
                8,
                255,
                255,
                255,
                255,
                0,
                0);
        expect(
                out -> BackendMessages.parameterDescription(out, 23, 0x80000000),
                "t",
                0,
                0,
                0,
                14,
                0,
                2,
                0,
                0,
                0,
                23,
                0x80,
                0,
                0,
                0);
        expect(out -> BackendMessages.parameterDescription(out), "t", 0, 0, 0, 6, 0, 0);
    }

    @Test
    void writesRowsWithNullsAndMultibyteText() {
        expect(
                out -> BackendMessages.dataRow(out, Arrays.asList("\u00e4", null, "")),
                "D",
                0,
                0,
                0,
                20,
                0,
                3,
                0,
                0,
                0,
                2,
                0xc3,
                0xa4,
                255,
                255,
                255,
                255,
                0,
                0,
                0,
                0);
    }

    @Test
    void refusesAStringThatWouldBeReadAsTwo() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> written(out -> BackendMessages.parameterStatus(out, "a\0b", "c")));
    }

    private static CancelKey key(byte[] secret) {
        return new CancelKey(0x00010002, CancelSecret.copyOf(secret));
    }

    private static void expect(Consumer<ByteBuf> encoder, Object... expected) {
        assertThat(written(encoder)).containsExactly(bytes(expected));
    }
}
