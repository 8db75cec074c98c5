package dev.weir.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.admin.Row;
import dev.weir.admin.Table;
import dev.weir.protocol.BackendMessages.Column;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NullMarked
final class SelectionTest {
    private static final int TEXT = 25;
    private static final int INT8 = 20;

    private static final Table TABLE =
            new Table(
                    List.of(
                            new Column("name", TEXT, (short) -1),
                            new Column("wait", INT8, (short) 8)),
                    List.of(row("Ann", "9"), row("bob", "10"), row("cy", null)));

    private static Row row(@Nullable String... cells) {
        return new Row(Arrays.asList(cells));
    }

    private static List<String> names(String find, String order, int limit) {
        return new Selection(find, order, limit)
                .from(TABLE).rows().stream()
                        .map(row -> String.valueOf(row.cells().getFirst()))
                        .toList();
    }

    @Test
    void findsTextsInWhateverCase() {
        assertThat(names("ANN", "", 9)).containsExactly("Ann");
        assertThat(names("10", "", 9)).containsExactly("bob");
        assertThat(names("zz", "", 9)).isEmpty();
    }

    @Test
    void ordersNumbersAsNumbersWithUnknownOnesLeast() {
        assertThat(names("", "-wait", 9)).containsExactly("bob", "Ann", "cy");
        assertThat(names("", "wait", 9)).containsExactly("cy", "Ann", "bob");
        assertThat(names("", "-name", 2)).containsExactly("cy", "bob");
    }

    @Test
    void saysHowManyThereAre() {
        assertThat(new Selection("", "", 1).from(TABLE).all()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({"limit, -1", "limit, many", "limit, 99999999999", "offset, 1"})
    void refusesWhatItDoesNotKnow(String name, String value) {
        assertThatThrownBy(() -> Selection.of(Map.of(name, List.of(value))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(name);
    }

    @Test
    void refusesAColumnThatIsNotThere() {
        assertThatThrownBy(() -> names("", "-speed", 1)).hasMessage("column \"speed\"");
    }
}
