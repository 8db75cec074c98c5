package dev.weir.route;

import static dev.weir.route.RouteWorld.demand;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.Route;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteSettingsTest {
    private final RouteSettings settings = new RouteSettings();

    private void run(String text) {
        settings.apply(demand(text).first());
    }

    private @Nullable String show(String name) {
        return settings.show(name, Route.EXPLICIT, 1_500, "r:1");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "SET weir.route = auto, route, auto",
                "SET weir.route TO 'REPLICA', route, replica",
                "RESET weir.route, route, explicit",
                "SET weir.explain = yes, explain, on",
                "SET weir.explain = off, explain, off",
                "SET weir.min_lsn = '16/B374D848', min_lsn, 16/B374D848",
                "RESET weir.min_lsn, min_lsn, \"\"",
                "SET weir.min_lsn = '0/FF', lsn, 0/5DC",
                "SET weir.min_lsn = '1/0', lsn, 1/0",
                "SELECT 1, node, r:1",
            })
    void showsWhatWasSet(String text, String name, String value) {
        run(text);
        assertThat(settings.complaint()).isNull();
        assertThat(show(name)).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource({
        "SET weir.route = elsewhere, \"elsewhere\"",
        "SET weir.explain = perhaps, \"perhaps\"",
        "SET weir.min_lsn = 'far', \"far\"",
        "SET weir.rout = auto, \"weir.rout\"",
    })
    void complainsOfWhatIsWrongAndKeepsWhatWas(String text, String quoted) {
        run("SET weir.route = replica");
        run(text);
        assertThat(settings.complaint()).contains(quoted);
        assertThat(settings.route()).isEqualTo(Route.REPLICA);
        run("SET weir.route = replica");
        assertThat(settings.complaint()).isNull();
    }

    @Test
    void knowsNoOther() {
        assertThat(show("other")).isNull();
    }
}
