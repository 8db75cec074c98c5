package dev.weir.admin;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the console guesses of a text that is no command. */
@NullMarked
final class TopicTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '`',
            value = {
                "SHOW POOL # Did you mean SHOW POOLS?",
                "select client; # Did you mean SHOW CLIENTS?",
                "show pools now # Did you mean SHOW POOLS?",
                "show pol # Did you mean SHOW POOLS?",
                "show serv; # Did you mean SHOW SERVERS?",
                "SHOW dbs # Did you mean SHOW DATABASES?",
                "show cnfg # Did you mean SHOW CONFIG?",
                "reloat # Did you mean RELOAD?",
                "killclient 7 # Did you mean KILL_CLIENT?",
                "SHO POOLS # Did you mean SHOW POOLS?",
                "relaod # Did you mean RELOAD?",
                "PAUS app # Did you mean PAUSE?",
                "SHUTDOWN NOW # SHUTDOWN [WAIT_FOR_SERVERS|WAIT_FOR_CLIENTS].",
                "RELOAD app # RELOAD.",
                "SET default_pool_size = -7 # SET key = value, where a value that is not one word"
                        + " is written '…'.",
                "EXPLAIN SELECT 1 # EXPLAIN ROUTE <sql>, or EXPLAIN STATE <sql>.",
                "SWITCHOVER # SWITCHOVER <db> [TO <host:port>] [GRACE <seconds>]."
            })
    void namesWhatMayHaveBeenMeant(String text, String hint) {
        assertThat(Topic.hint(text)).isEqualTo(hint);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1+1",
                "SELECT 'x'",
                "SELECT now()",
                "SHOW",
                "BEGIN",
                "drop table x",
                "foo"
            })
    void guessesNothingOfWhatIsMeantForAServer(String text) {
        assertThat(Topic.hint(text)).isNull();
    }
}
