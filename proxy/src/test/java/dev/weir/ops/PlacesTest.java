package dev.weir.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class PlacesTest {
    @Test
    void keepsThePlacesOfThoseWhoWereThereFirst() {
        var places = new Places<String>();

        places.assign(List.of("m", "n"), 2);
        places.assign(List.of("a", "m", "n"), 2);

        assertThat(List.of("m", "n", "a")).map(places::has).containsExactly(true, true, false);
    }

    @Test
    void givesThePlaceOfOneWhoIsGoneToAnother() {
        var places = new Places<String>();

        places.assign(List.of("m", "n"), 2);
        places.assign(List.of("a", "b", "n"), 2);

        assertThat(List.of("n", "a", "b", "m"))
                .map(places::has)
                .containsExactly(true, true, false, false);
    }

    @Test
    void takesPlacesBackWhereThereAreFewer() {
        var places = new Places<String>();

        places.assign(List.of("m", "n"), 2);
        places.assign(List.of("m", "n"), 1);

        assertThat(List.of("m", "n")).map(places::has).containsExactly(true, false);
    }
}
