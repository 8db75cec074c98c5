package dev.weir.admin;

import dev.weir.pool.OutageSnapshot;
import dev.weir.protocol.BackendMessages.Column;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** SHOW OUTAGES. */
final class OutageReport {
    private static final List<Column> COLUMNS =
            Table.columns(
                    "database, user, host, port int4, seconds int8, tries int4, cl_waiting int4,"
                            + " sqlstate, error");

    private OutageReport() {}

    static CompletableFuture<Table> outages(Sources from) {
        return CompletableFuture.completedFuture(table(from.snapshots().outages()));
    }

    static Table table(List<OutageSnapshot> outages) {
        return new Table(COLUMNS, outages.stream().map(OutageReport::row).toList());
    }

    private static Row row(OutageSnapshot one) {
        return Row.of(
                one.pool().database(),
                one.pool().user(),
                one.host().host(),
                one.host().port(),
                TimeUnit.NANOSECONDS.toSeconds(one.lastsNanos()),
                one.tries(),
                one.waiting(),
                one.failure().sqlState(),
                one.failure().message());
    }
}
