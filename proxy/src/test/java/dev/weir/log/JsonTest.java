package dev.weir.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class JsonTest {
    @Test
    void writesObjectsAndArrays() {
        Json json =
                Json.object()
                        .put("a", "x")
                        .put("b", (String) null)
                        .put("c", 1)
                        .put("d", true)
                        .putNumber("e", "1.5")
                        .put("f", Json.array().add("1").add((String) null).add(Json.object()))
                        .put("g", Json.array());

        assertThat(json)
                .hasToString(
                        "{\"a\":\"x\",\"b\":null,\"c\":1,\"d\":true,\"e\":1.5,"
                                + "\"f\":[\"1\",null,{}],\"g\":[]}");
    }

    @Test
    void keepsAStringOnOneLineWhateverIsInIt() {
        assertThat(Json.array().add("a\"b\\c\n\r\t\u0000\u2028\u0085</script>"))
                .hasToString("[\"a\\\"b\\\\c\\n\\r\\t\\u0000\\u2028\\u0085</script>\"]");
    }

    @Test
    void writesNoHalfCharacters() {
        assertThat(Json.array().add("\ud83d\ude00 \ud83d \ude00"))
                .hasToString("[\"\ud83d\ude00 \\ud83d \\ude00\"]");
    }
}
