package dev.weir.admin;

import dev.weir.catalog.Closure;
import dev.weir.config.StateCheck;
import dev.weir.observe.CatalogSnapshot;
import dev.weir.protocol.BackendMessages.Column;
import dev.weir.sql.StateNames;
import dev.weir.sql.StateVerdict;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What transactions may leave behind, and how that is found out. */
final class CatalogReports {
    private static final List<Column> CATALOGS =
            Table.columns(
                    "database, state_check, names int8, objects int8, age int8, read_ms int8,"
                            + " wipes int8, unknown_because");

    private static final List<Column> EXPLANATION = Table.columns("database, class, name, because");

    private CatalogReports() {}

    static CompletableFuture<Table> catalogs(Sources from) {
        long now = from.clock().nanoTime();
        return from.snapshots()
                .catalogs(from.control().config())
                .thenApply(all ->
                        new Table(CATALOGS, all.stream().map(one -> row(one, now)).toList()));
    }

    private static Row row(CatalogSnapshot catalog, long now) {
        Closure known = catalog.closure();
        boolean isRead = catalog.check() == StateCheck.ANALYSED;
        return Row.of(
                catalog.database(),
                word(catalog.check()),
                known == null ? null : known.size(),
                known == null ? null : known.objects(),
                known == null ? null : TimeUnit.NANOSECONDS.toSeconds(now - catalog.readNanos()),
                known == null ? null : TimeUnit.NANOSECONDS.toMillis(catalog.tookNanos()),
                catalog.wipes(),
                !isRead
                        ? "it is not read"
                        : catalog.failure().isEmpty() ? null : catalog.failure());
    }

    /** What a text may leave behind, in each database. */
    static CompletableFuture<Table> explain(Sources from, String sql) {
        return from.snapshots()
                .catalogs(from.control().config())
                .thenApply(all ->
                        new Table(
                                EXPLANATION, all.stream().map(one -> verdict(one, sql)).toList()));
    }

    private static Row verdict(CatalogSnapshot catalog, String sql) {
        Closure known = catalog.closure();
        if (catalog.check() == StateCheck.ALWAYS) {
            return Row.of(catalog.database(), "wipe", null, "state_check = always");
        } else if (catalog.check() == StateCheck.ANALYSED && known == null) {
            return Row.of(catalog.database(), "wipe", null, catalog.failure());
        }
        StateNames names = known == null ? StateNames.builtin() : known.names();
        StateVerdict verdict = StateVerdict.of(sql, names);
        return Row.of(
                catalog.database(),
                word(verdict.stateClass()),
                verdict.name().isEmpty() ? null : verdict.name(),
                because(verdict, known));
    }

    private static String because(StateVerdict verdict, @Nullable Closure known) {
        if (verdict.name().isEmpty()) {
            return known == null || known.everyText().isEmpty()
                    ? "nothing in it leaves anything behind"
                    : known.everyText();
        }
        String path = known == null ? "" : known.path(verdict.name().toLowerCase(Locale.ROOT));
        return path.isEmpty() ? "PostgreSQL's own, or a command" : path;
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
