package dev.weir.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Patroni says is read as it is, and nothing else is taken for it. */
@NullMarked
final class JsonTest {
    @Test
    void readsWhatPatroniSays() {
        String text =
                """
                {"members": [{"name": "a\\"\\u00e4\\n", "port": 5432, "lag": 0.5e1,
                  "tags": {}, "list": [], "no": null, "yes": true, "off": false, "n": -1}]} \n\
                """;
        assertThat(Json.parse(text))
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
                .extractingByKey("members")
                .isInstanceOfSatisfying(
                        List.class,
                        members -> {
                            Map<?, ?> member = (Map<?, ?>) members.getFirst();
                            assertThat(member.get("name")).isEqualTo("a\"ä\n");
                            assertThat(member.get("port")).isEqualTo(5432.0);
                            assertThat(member.get("lag")).isEqualTo(5.0);
                            assertThat(member.get("n")).isEqualTo(-1.0);
                            assertThat(member.get("yes")).isEqualTo(true);
                            assertThat(member.get("off")).isEqualTo(false);
                            assertThat(member.containsKey("no")).isTrue();
                            assertThat(member.get("tags")).isEqualTo(Map.of());
                            assertThat(member.get("list")).isEqualTo(List.of());
                        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[1,]",
                "{\"a\" 1}",
                "\"a",
                "\"\\x\"",
                "\"\\u12\"",
                "nul",
                "1 2",
                "{a:1}",
                "--1",
            })
    void refusesAllElse(String text) {
        assertThatThrownBy(() -> Json.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesWhatIsNestedTooDeeply() {
        assertThatThrownBy(() -> Json.parse("[".repeat(10_000)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
