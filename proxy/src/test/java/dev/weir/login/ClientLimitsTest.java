package dev.weir.login;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.Database;
import dev.weir.config.PoolSettings;
import dev.weir.error.Refusal;
import dev.weir.login.ClientLimits.Place;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class ClientLimitsTest {
    private final ClientLimits limits = new ClientLimits();

    @Test
    void limitsTheClientsOfADatabase() throws ConfigException {
        PoolSettings settings = settings("max_db_client_connections = 1");
        Place place = enter("app", "ann", settings);
        assertThat(refused("app", "bob", settings))
                .isEqualTo("client connections exceeded (max_db_client_connections)");
        enter("other", "ann", settings);
        place.leave();
        enter("app", "bob", settings);
    }

    @Test
    void limitsTheClientsOfAUser() throws ConfigException {
        PoolSettings settings = settings("max_user_client_connections = 1");
        Place place = enter("app", "ann", settings);
        assertThat(refused("other", "ann", settings))
                .isEqualTo("client connections exceeded (max_user_client_connections)");
        enter("app", "bob", settings);
        place.leave();
        enter("other", "ann", settings);
    }

    /** Who may not come in for its user's sake has no place in the database either. */
    @Test
    void aRefusedClientHasNoPlace() throws ConfigException {
        PoolSettings settings =
                settings("max_db_client_connections = 2\nmax_user_client_connections = 1");
        enter("app", "ann", settings);
        refused("app", "ann", settings);
        refused("app", "ann", settings);
        enter("app", "bob", settings);
        assertThat(refused("app", "cay", settings)).contains("max_db_client_connections");
    }

    @Test
    void doesNotLimitUnlessTold() throws ConfigException {
        PoolSettings settings = settings("");
        for (int i = 0; i < 1_000; i++) {
            enter("app", "ann", settings);
        }
    }

    private Place enter(String database, String user, PoolSettings settings) {
        return switch (limits.enter(database, user, settings)) {
            case Verdict.Granted(Place place) -> place;
            case Verdict.Refused(Refusal why) -> throw new AssertionError(why);
        };
    }

    private String refused(String database, String user, PoolSettings settings) {
        return switch (limits.enter(database, user, settings)) {
            case Verdict.Granted(Place place) -> throw new AssertionError(place);
            case Verdict.Refused(Refusal why) -> why.text();
        };
    }

    private static PoolSettings settings(String lines) throws ConfigException {
        Config config = TestDoor.config(lines);
        Database app = Objects.requireNonNull(config.database("app"));
        return config.poolSettings(app, "ann");
    }
}
