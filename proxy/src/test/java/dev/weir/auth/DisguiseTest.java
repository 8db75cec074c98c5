package dev.weir.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.UserList;
import dev.weir.protocol.auth.StoredSecret;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class DisguiseTest {
    private static final String SCRAM =
            "SCRAM-SHA-256$%d:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
                + "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

    private static Disguise of(String users, String... settings) throws ConfigException {
        String text = "[pgbouncer]\n" + String.join("\n", settings) + "\n";
        var accounts = Users.State.accounts(UserList.parse("users", users));
        return Disguise.of(Config.parse("weir.ini", text), accounts.values());
    }

    /** How many of 4,000 names seem to have a secret of the kind. */
    private static Map<Class<?>, Integer> kinds(Disguise disguise) {
        Map<Class<?>, Integer> kinds = new HashMap<>();
        for (int i = 0; i < 4_000; i++) {
            kinds.merge(disguise.standIn("user" + i).getClass(), 1, Integer::sum);
        }
        return kinds;
    }

    @Test
    void strangersAreOfTheKindsOfTheFile() throws ConfigException {
        Disguise disguise =
                of(
                        "\"a\" \"plain\"\n\"b\" \"md5%s\"\n\"c\" \"%s\"\n\"d\" \"%s\"\n"
                                .formatted(
                                        "0".repeat(32), SCRAM.formatted(4096), SCRAM.formatted(9)));
        assertThat(kinds(disguise).get(StoredSecret.Plain.class)).isBetween(800, 1_200);
        assertThat(kinds(disguise).get(StoredSecret.Md5.class)).isBetween(800, 1_200);
        assertThat(kinds(disguise).get(StoredSecret.Scram.class)).isBetween(1_700, 2_300);
    }

    @Test
    void theyHaveTheIterationsOfTheFileAndKeepThem() throws ConfigException {
        String users =
                "\"c\" \"%s\"\n\"d\" \"%s\"\n".formatted(SCRAM.formatted(4096), SCRAM.formatted(9));
        Disguise one = of(users);
        Disguise two = of(users);
        for (int i = 0; i < 100; i++) {
            String user = "user" + i;
            assertThat(one.iterations(user)).isIn(9, 4096).isEqualTo(two.iterations(user));
        }
    }

    @Test
    void withoutAFileOrWithAuthQueryTheyAreAsPostgresMakesThem() throws ConfigException {
        for (Disguise disguise :
                new Disguise[] {
                    of("", "scram_iterations = 5000"),
                    of("\"a\" \"plain\"\n", "auth_user = asker", "scram_iterations = 5000")
                }) {
            assertThat(kinds(disguise)).containsOnlyKeys(StoredSecret.Scram.class);
            assertThat(disguise.iterations("bob")).isEqualTo(5_000);
        }
    }
}
