package dev.weir.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for any text at all. */
@NullMarked
final class ConfigProperties {
    private static final String[] PIECES = {
        "[",
        "]",
        "[pgbouncer]",
        "[pgbouncer]",
        "[databases]",
        "[users]",
        "[peers]",
        "\n",
        "\n",
        "\n",
        "=",
        " = ",
        "'",
        "''",
        "\"",
        ";",
        "#",
        " ",
        "\t",
        "\r",
        "\0",
        "*",
        "app",
        "1",
        "-1",
        "0x",
        "1e9",
        "99999999999999999999",
        "${env:",
        "${env:HOME}",
        "}",
        "$",
        "${",
        "host=",
        "port=",
        "password=",
        "pool_size=",
        "pool_mode=",
        "pool_mode",
        "listen_addr",
        "listen_port",
        "user",
        "auth_user",
        "auth_query",
        "%include",
        "%include no-such-file",
        "transaction",
        "ms",
        "\u00e4",
        "\ud83d",
        ","
    };

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void anyTextGivesAConfigOrItsProblems(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 1_000; i++) {
            parse(pieces(random), random);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {5, 6})
    void anyDamageToTheSampleGivesAConfigOrItsProblems(long seed) throws IOException {
        Random random = new Random(seed);
        String sample = Files.readString(Path.of("..", "conf", "weir.ini"));
        for (int i = 0; i < 200; i++) {
            StringBuilder damaged = new StringBuilder(sample);
            for (int damage = random.nextInt(8); damage >= 0; damage--) {
                int at = random.nextInt(damaged.length());
                int end = Math.min(damaged.length(), at + random.nextInt(4));
                damaged.replace(at, end, PIECES[random.nextInt(PIECES.length)]);
            }
            parse(damaged.toString(), random);
        }
    }

    private static String pieces(Random random) {
        StringBuilder text = new StringBuilder();
        for (int length = random.nextInt(40); length > 0; length--) {
            text.append(
                    random.nextInt(8) == 0
                            ? Character.toString(random.nextInt(0x250))
                            : PIECES[random.nextInt(PIECES.length)]);
        }
        return text.toString();
    }

    /** Every way out but a result or a ConfigException fails the test. */
    private static void parse(String text, Random random) {
        try {
            Config config = Config.parse("any.ini", text);
            for (Database database : config.databases()) {
                assertThat(database.hosts()).isNotEmpty();
                assertThat(config.poolSettings(database, "u").maxPinned()).isNotNegative();
            }
        } catch (ConfigException e) {
            assertThat(e.problems()).isNotEmpty().allMatch(problem -> !problem.text().isEmpty());
        }
        try {
            String quoted = text.replace('\'', random.nextBoolean() ? '"' : '\n');
            assertThat(UserList.parse("any.txt", quoted).users()).doesNotContain("");
        } catch (ConfigException e) {
            assertThat(e.problems()).isNotEmpty();
        }
    }
}
