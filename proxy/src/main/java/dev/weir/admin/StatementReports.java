package dev.weir.admin;

import dev.weir.protocol.BackendMessages.Column;
import dev.weir.statements.StatementSnapshot;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What the console shows of statements. */
final class StatementReports {
    private static final long NANOS_PER_MICRO = 1_000;

    private static final List<Column> COLUMNS =
            Table.columns(
                    "database, user, fingerprint, calls int8, errors int8, rows int8, bytes int8,"
                            + " total_time int8, avg_time int8, max_time int8, wait_time int8,"
                            + " text");

    private StatementReports() {}

    static CompletableFuture<Table> statements(Sources from) {
        return from.snapshots().statements().thenApply(StatementReports::table);
    }

    static Table table(List<StatementSnapshot> statements) {
        return new Table(COLUMNS, statements.stream().map(StatementReports::row).toList());
    }

    private static Row row(StatementSnapshot one) {
        long micros = one.totalNanos() / NANOS_PER_MICRO;
        return Row.of(
                one.database(),
                one.user(),
                StatementSnapshot.shown(one.fingerprint()),
                one.calls(),
                one.errors(),
                one.rows(),
                one.bytes(),
                micros,
                one.calls() == 0 ? 0 : micros / one.calls(),
                one.maxNanos() / NANOS_PER_MICRO,
                one.waitNanos() / NANOS_PER_MICRO,
                one.text());
    }
}
