package dev.weir.admin;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One row of an answer, in text. Immutable, so that it may leave the loop on which it was made.
 *
 * @param cells null is the SQL NULL
 */
public record Row(List<@Nullable String> cells) {
    static Row of(@Nullable Object... values) {
        var cells = new ArrayList<@Nullable String>(values.length);
        for (@Nullable Object value : values) {
            cells.add(value == null ? null : value.toString());
        }
        return new Row(Collections.unmodifiableList(cells));
    }
}
