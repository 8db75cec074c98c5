package dev.weir.backend;

import dev.weir.exchange.Effect;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A query of Weir's own on a server connection; the client sees nothing of it. */
public interface InjectedQuery extends Effect {
    /** Takes one row of the result. */
    default void row(List<@Nullable String> values) {}

    /** A row is longer than Weir reads, and is missing. */
    default void rowTooLong() {}

    /**
     * Whether another query behind this one takes back what it changes. What the server reports in
     * between is not what it will have when the client's next message runs, so nobody learns it.
     */
    default boolean isTemporary() {
        return false;
    }

    @Override
    default void skipped() {
        failed();
    }
}
