package dev.weir.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.protocol.auth.StoredSecret;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class UsersTest {
    /** Two entries may lead to one database, each with a user of its own. */
    @Test
    void keepsThePasswordOfAnEntryForItsUser() throws ConfigException {
        Users users =
                Users.load(
                        Config.parse(
                                "weir.ini",
                                """
                                [databases]
                                reports = host=127.0.0.1 dbname=app user=report password=rain
                                app = host=127.0.0.1 user=writer password=sun
                                [weir]
                                listen_addr = 127.0.0.1
                                """));
        assertThat(users.secret("report", "app")).isEqualTo(StoredSecret.parse("rain"));
        assertThat(users.secret("writer", "app")).isEqualTo(StoredSecret.parse("sun"));
        assertThat(users.secret("somebody", "app")).isNull();
    }
}
