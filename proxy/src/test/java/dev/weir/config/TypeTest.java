package dev.weir.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NullMarked
final class TypeTest {
    @ParameterizedTest
    @CsvSource({"0, 0", "20, 20", "-1, -1", "+7, 7", "0x1F, 31", "0777, 511", "-0x10, -16"})
    void readsIntegersAsStrtolDoes(String text, int expected) {
        assertThat(Type.INTEGER.parse().apply(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "15, 15000000",
        "2.5, 2500000",
        ".5, 500000",
        "1e3, 1000000000",
        "25e-1, 2500000",
        "500ms, 500000",
        "500 ms, 500000",
        "10s, 10000000",
        "5min, 300000000",
        "1h, 3600000000",
        "1d, 86400000000",
        "20us, 20",
        "0.0000019, 1",
        "2147483647, 2147483647000000"
    })
    void readsDurationsInMicroseconds(String text, long micros) {
        Duration duration = Type.DURATION.parse().apply(text);
        assertThat(duration.toNanos()).isEqualTo(micros * 1_000);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "15, 15", "2.5, 2.5", "500ms, 0.5", "1h, 3600", "1ms, 0.001"})
    void printsDurationsInSeconds(String text, String printed) {
        assertThat(Type.DURATION.print().apply(Type.DURATION.parse().apply(text)))
                .isEqualTo(printed);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "512, 512", "4kB, 4096", "64 MB, 67108864", "2gb, 2147483648"})
    void readsBytes(String text, long expected) {
        assertThat(Type.BYTES.parse().apply(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "1, true",
        "0, false",
        "on, true",
        "OFF, false",
        "true, true",
        "false, false",
        "yes, true",
        "no, false",
        "2, true",
        "-1, true",
        "0x0, false"
    })
    void readsBooleans(String text, boolean expected) {
        assertThat(Type.BOOLEAN.parse().apply(text)).isEqualTo(expected);
    }

    @Test
    void readsLists() {
        assertThat(Type.LIST.parse().apply(" a, b c,,d ,")).containsExactly("a", "b c", "d");
        assertThat(Type.LIST.parse().apply("")).isEmpty();
    }

    @Test
    void spellsEnumsAsPgBouncerDoes() {
        assertThat(Settings.AUTH_TYPE.parse("SCRAM-SHA-256")).isEqualTo(AuthType.SCRAM_SHA_256);
        assertThat(Settings.AUTH_TYPE.print(AuthType.SCRAM_SHA_256)).isEqualTo("scram-sha-256");
        assertThat(Settings.TRANSPORT.parse("io_uring")).isEqualTo(TransportChoice.IO_URING);
    }
}
