package dev.weir.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Patroni says is read as it is, and nothing else is taken for it. */
@NullMarked
final class ClusterMemberTest {
    @Test
    void readsWhatPatroniSays() throws IOException {
        String answer =
                """
                {"pause": false, "tags": {"members": [{"name": "no"}]}, "members": [
                   {"name": "a\\"\\u00e4", "role": "leader", "state": "running", "timeline": 3,
                    "api_url": "http://10.0.0.1:8008/patroni", "host": "10.0.0.1", "port": 5432,
                    "tags": {"name": "no", "list": [1, {"port": 1}]}, "lag": 0.5e1, "no": null},
                   null, [], {"name": 7, "host": {"name": "no"}, "port": "5432"}],
                 "scope": "weir"} \n\
                """;
        assertThat(ClusterMember.all(answer))
                .containsExactly(
                        new ClusterMember("a\"ä", "10.0.0.1", 5432),
                        new ClusterMember(null, null, 0));
    }

    @Test
    void readsAnAnswerWithoutMembers() throws IOException {
        assertThat(ClusterMember.all("{}")).isEmpty();
        assertThat(ClusterMember.all("{\"members\": {\"name\": \"no\"}}")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "7",
                "null",
                "<html>",
                "{\"members\": [1,]}",
                "{\"members\": [{]}",
                "{\"members\": [",
                "{\"members\" []}",
                "{\"members\": [{\"name\": \"a",
                "{\"members\": [{\"name\": \"\\x\"}]}",
                "{\"members\": [{\"port\": 99999999999}]}",
                "{\"members\": nul}",
                "{members: []}",
                "{} 2",
                "{}}",
            })
    void refusesAllElse(String answer) {
        assertThatThrownBy(() -> ClusterMember.all(answer)).isInstanceOf(IOException.class);
    }

    @Test
    void refusesWhatIsNestedTooDeeply() {
        assertThatThrownBy(() -> ClusterMember.all("{\"a\":" + "[".repeat(10_000)))
                .isInstanceOf(IOException.class);
    }
}
