package dev.weir.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandTagTest {
    @ParameterizedTest
    @CsvSource({
        "SELECT 1, 1",
        "INSERT 0 25, 25",
        "UPDATE 0, 0",
        "COPY 123456789012, 123456789012",
        "MERGE 7, 7",
        "BEGIN, 0",
        "CREATE TABLE, 0",
        "12, 0",
        "SELECT 999999999999999999, 999999999999999999",
        "SELECT 1000000000000000000, 0",
        "'', 0",
        "V17, 0",
    })
    void namesTheRows(String tag, long rows) {
        ByteBuf in = Unpooled.copiedBuffer("C...." + tag + '\0', StandardCharsets.US_ASCII);
        assertThat(CommandTag.rows(in, 5, in.writerIndex() - 1)).isEqualTo(rows);
    }
}
