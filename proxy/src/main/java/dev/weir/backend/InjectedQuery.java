package dev.weir.backend;

import dev.weir.exchange.Effect;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A query of Weir's own on a server connection; the client sees nothing of it. */
public interface InjectedQuery extends Effect {
    /** Takes one row of the result. */
    default void row(List<@Nullable String> values) {}

    @Override
    default void skipped() {
        failed();
    }
}
