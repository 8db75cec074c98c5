package dev.weir.backend;

import dev.weir.exchange.Effect;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A query of Weir's own on a server connection, which the client does not see. */
public interface InjectedQuery extends Effect {
    /** Takes one row of the result. */
    default void row(List<@Nullable String> values) {}

    /** A row is too long for Weir to read, and is left out. */
    default void rowTooLong() {}

    /**
     * Whether a later query undoes what this one changes. What the server reports in between is no
     * longer true when the client's next message runs, so it is ignored.
     */
    default boolean isTemporary() {
        return false;
    }

    @Override
    default void skipped() {
        failed();
    }
}
