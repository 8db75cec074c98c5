package dev.weir.pool;

import dev.weir.backend.InjectedQuery;
import org.jspecify.annotations.NullMarked;

/** A query whose outcome does not matter. */
@NullMarked
final class IgnoredQuery implements InjectedQuery {
    @Override
    public void succeeded() {}

    @Override
    public void failed() {}
}
