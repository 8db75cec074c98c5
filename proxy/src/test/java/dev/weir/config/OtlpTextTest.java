package dev.weir.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
final class OtlpTextTest {
    @Test
    void readsPairsAsOpenTelemetryWritesThem() {
        assertThat(OtlpText.pairs("a=1, Authorization=Bearer%20x+y/z=,c=d%2Ce=f ,,empty="))
                .isEqualTo(
                        Map.of(
                                "a",
                                "1",
                                "Authorization",
                                "Bearer x+y/z=",
                                "c",
                                "d,e=f",
                                "empty",
                                ""));
        assertThat(OtlpText.pairs("")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "=b",
                "a=%zz",
                "Host=elsewhere",
                "content-length=1",
                "x y=1",
                "a=b%0d%0aInjected:%20c",
                "a=%00"
            })
    void refusesWhatIsNoHeaderWithoutShowingIt(String text) {
        assertThatThrownBy(() -> Settings.OTLP_HEADERS.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("otlp_headers: **** (expected: string " + OtlpText.PAIRS + ")");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost:4318",
                "grpc://localhost",
                "http://",
                "http:///v1/metrics",
                "http://u:p@localhost",
                "https://localhost/?key=1",
                "http://a b/"
            })
    void refusesUrlsThatCannotBeAsked(String text) {
        assertThat(OtlpText.isUrl(text)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "http://localhost:4318/v1/metrics", "HTTPS://[::1]:4318/x"})
    void takesOtherUrls(String text) {
        assertThat(OtlpText.isUrl(text)).isTrue();
    }
}
