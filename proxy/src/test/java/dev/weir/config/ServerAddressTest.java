package dev.weir.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class ServerAddressTest {
    @Test
    void namesUnixSocketsAsLibpqDoes() {
        assertThat(new ServerAddress("/run/pg", 5433).unixPath())
                .isEqualTo("/run/pg/.s.PGSQL.5433");
        assertThat(new ServerAddress("/run/pg/", 1)).hasToString("/run/pg/.s.PGSQL.1");
        assertThat(new ServerAddress("@pg", 1).unixPath()).isEqualTo("@pg/.s.PGSQL.1");
    }

    @Test
    void knowsHostsFromSockets() {
        ServerAddress host = new ServerAddress("db.example", 5432);
        assertThat(host.isUnix()).isFalse();
        assertThat(host).hasToString("db.example:5432");
        assertThat(new ServerAddress("::1", 5432)).hasToString("[::1]:5432");
        assertThatThrownBy(host::unixPath)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("host: db.example (expected: /directory or @name)");
    }
}
