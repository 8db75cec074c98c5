package dev.weir.admin;

import dev.weir.observe.LimitSnapshot;
import dev.weir.protocol.BackendMessages.Column;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/** SHOW LIMITS. */
final class LimitReport {
    private static final List<Column> COLUMNS =
            Table.columns("limit, scope, value int8, in_use int8, most int8, refused int8");

    private LimitReport() {}

    static CompletableFuture<Table> limits(Sources from) {
        return from.snapshots()
                .limits(from.control(), from.consoles().count())
                .thenApply(LimitReport::table);
    }

    static Table table(List<LimitSnapshot> limits) {
        return new Table(COLUMNS, limits.stream().map(LimitReport::row).toList());
    }

    private static Row row(LimitSnapshot one) {
        return Row.of(
                one.limit().setting().name(),
                one.limit().scope().name().toLowerCase(Locale.ROOT),
                one.value(),
                one.inUse(),
                one.most(),
                one.refusals());
    }
}
