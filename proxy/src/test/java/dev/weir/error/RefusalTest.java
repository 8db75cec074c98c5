package dev.weir.error;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class RefusalTest {
    @Test
    void saysWhatTheTableSays() {
        Refusal why = ProxyError.NO_SUCH_DATABASE.refusal("sales");
        assertThat(why.severity()).isEqualTo(Severity.FATAL);
        assertThat(why.isFatal()).isTrue();
        assertThat(why.sqlState()).isEqualTo("3D000");
        assertThat(why.text()).isEqualTo("no such database: sales");
        assertThat(why.hint()).isEqualTo(ProxyError.NO_SUCH_DATABASE.hint());
    }

    @Test
    void writesItsHint() {
        assertThat(wire(ProxyError.SSL_REQUIRED.refusal()))
                .isEqualTo(
                        "SFATAL|VFATAL|C08P01|MSSL required|H"
                                + ProxyError.SSL_REQUIRED.hint()
                                + "||");
    }

    @Test
    void writesNoHintWhereThereIsNone() {
        assertThat(wire(ProxyError.QUERY_CANCELED.refusal()))
                .isEqualTo("SERROR|VERROR|C57014|Mcanceling statement due to user request||");
    }

    @Test
    void repeatsWhatAServerSaid() {
        assertThat(wire(Refusal.fatal("57P03", "the database system is starting up")))
                .isEqualTo("SFATAL|VFATAL|C57P03|Mthe database system is starting up||");
    }

    @Test
    void doesNotFormatATextWithoutBlanks() {
        assertThat(Refusal.fatal("08006", "100%s").text()).isEqualTo("100%s");
    }

    /** The fields of the ErrorResponse, with | for zero. */
    private static String wire(Refusal why) {
        ByteBuf out = Unpooled.buffer();
        why.writeTo(out);
        assertThat(out.readByte()).isEqualTo((byte) 'E');
        assertThat(out.readInt()).isEqualTo(out.readableBytes() + 4);
        return out.toString(StandardCharsets.UTF_8).replace('\0', '|');
    }
}
