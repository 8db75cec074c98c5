package dev.weir.protocol;

import static dev.weir.protocol.WireBytes.buffer;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class ErrorFieldsTest {
    private static final String BODY = "SFEHLER\0VERROR\0C42P01\0Mrelation \"x\"\0DC12345\0\0";

    @Test
    void findsFieldsWhereTheyStand() {
        ByteBuf buf = buffer("E", 0, 0, 0, 99, BODY, "Z");
        assertThat(ErrorFields.field(buf, 5, BODY.length(), 'S')).isEqualTo("FEHLER");
        assertThat(ErrorFields.field(buf, 5, BODY.length(), 'M')).isEqualTo("relation \"x\"");
        assertThat(ErrorFields.field(buf, 5, BODY.length(), 'D')).isEqualTo("C12345");
        assertThat(ErrorFields.sqlState(buf, 5, BODY.length())).isEqualTo("42P01");
        assertThat(buf.readerIndex()).isZero();
    }

    @Test
    void missesFieldsThatAreNotThere() {
        ByteBuf buf = buffer(BODY, "H behind the terminator\0");
        assertThat(ErrorFields.field(buf, 0, buf.readableBytes(), 'H')).isNull();
        assertThat(ErrorFields.sqlState(buffer("\0"), 0, 1)).isEmpty();
        assertThat(ErrorFields.sqlState(Unpooled.EMPTY_BUFFER, 0, 0)).isEmpty();
    }

    @Test
    void readsNothingBehindTheBody() {
        ByteBuf buf = buffer("SERROR\0", "C42P01\0\0");
        assertThat(ErrorFields.sqlState(buf, 0, 7)).isEmpty();
        assertThat(ErrorFields.sqlState(buf, 0, 13)).isEmpty();
        assertThat(ErrorFields.sqlState(buf, 0, 14)).isEqualTo("42P01");
    }

    @Test
    void readsWhatHasArrivedOfALongError() {
        int announced = 3 << 20;
        ByteBuf whole = buffer("SERROR\0VERROR\0C22001\0Mtoo ");
        for (int there = 0; there <= whole.readableBytes(); there++) {
            ByteBuf arrived = whole.slice(0, there);
            String expected = there >= 21 ? "22001" : "";
            assertThat(ErrorFields.sqlState(arrived, 0, announced)).isEqualTo(expected);
            assertThat(ErrorFields.field(arrived, 0, announced, 'M')).isNull();
            assertThat(ErrorFields.field(arrived, 0, Integer.MAX_VALUE, 'M')).isNull();
        }
    }

    @Test
    void cutsALongField() {
        String message = "m".repeat(3 << 20);
        ByteBuf buf = buffer("M" + message + "\0C22001\0\0");
        assertThat(ErrorFields.field(buf, 0, buf.readableBytes(), 'M'))
                .isEqualTo("m".repeat(ErrorFields.FIELD_LENGTH_MAX));
        assertThat(ErrorFields.sqlState(buf, 0, buf.readableBytes())).isEqualTo("22001");
    }

    @Test
    void findsWhatOurEncoderWrote() {
        ByteBuf buf = Unpooled.buffer();
        BackendMessages.error(buf, "FATAL", "57P01", "bye", null, "come again");
        int length = buf.getInt(1) - 4;
        assertThat(ErrorFields.sqlState(buf, 5, length)).isEqualTo("57P01");
        assertThat(ErrorFields.field(buf, 5, length, 'H')).isEqualTo("come again");
        assertThat(ErrorFields.field(buf, 5, length, 'D')).isNull();
    }
}
