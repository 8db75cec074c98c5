package dev.weir.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.environment.ServerUri.Host;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
final class ServerUriTest {
    @Test
    void takesEveryPartApart() {
        ServerUri uri =
                ServerUri.parse(
                        "postgresql://app:s%40c%2F:ret@[2001:db8::1]:6000,b/my%20db?sslmode=require");
        assertThat(uri.user()).isEqualTo("app");
        assertThat(uri.password()).isEqualTo("s@c/:ret");
        assertThat(uri.hosts())
                .containsExactly(new Host("2001:db8::1", "6000"), new Host("b", null));
        assertThat(uri.dbname()).isEqualTo("my db");
        assertThat(uri.parameters()).containsExactly(java.util.Map.entry("sslmode", "require"));
        assertThat(uri.toString()).doesNotContain("ret");
    }

    @ParameterizedTest
    @CsvSource({
        "postgres://h, h, , ",
        "postgres://h/, h, , ",
        "postgres://h:/d, h, , d",
        "postgres://u@h:1/d, h, 1, d",
        "jdbc:postgresql://h:1/d, h, 1, d",
        "postgresql+psycopg2://u:p@h/d, h, , d",
        "POSTGRES://h/d, h, , d",
        "postgres:///d?host=/run/postgresql&port=1, /run/postgresql, 1, d",
        "postgres://%2Frun%2Fpg/d, /run/pg, , d",
        "postgres://u:p@x@h/d, h, , d",
        "postgres://h/d?dbname=e, h, , e",
    })
    void readsWhatLibpqAndFrameworksWrite(String text, String host, String port, String dbname) {
        ServerUri uri = ServerUri.parse(text);
        assertThat(uri.hosts()).containsExactly(new Host(host, port));
        assertThat(uri.dbname()).isEqualTo(dbname);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mysql://u:secret@h/d",
                "postgres://u:secret%zz@h/d",
                "postgres://u:secret%00@h/d",
                "postgres://u:secret%ff@h/d",
                "postgres://u:secret%4@h/d",
                "postgres://u:sec/secret@h/d",
                "postgres://u:secret@h:port/d",
                "postgres://u:secret@[::1/d",
                "postgres://u:secret@h/d?secret",
                "postgres://u:secret@a,b,c/d?port=1,2",
            })
    void saysWhatIsWrongWithoutTheSecret(String text) {
        assertThatThrownBy(() -> ServerUri.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected")
                .hasMessageNotContaining("secret");
    }
}
