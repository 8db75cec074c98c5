package dev.weir.admin;

import dev.weir.cluster.Lsn;
import dev.weir.observe.FailoverSnapshot;
import dev.weir.pool.Losses;
import dev.weir.protocol.BackendMessages.Column;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** SHOW FAILOVERS. */
final class FailoverReport {
    private static final List<Column> COLUMNS =
            Table.columns(
                    "time, database, planned, from, to, from_timeline int4, timeline int4,"
                        + " fork_lsn, held_ms int8, cl_held int4, retried int8, rolled_back int8,"
                        + " in_doubt int8, resolved int8, lost_min int8, lost_max int8");

    private FailoverReport() {}

    static CompletableFuture<Table> failovers(Sources from) {
        return CompletableFuture.completedFuture(table(from.failovers().all()));
    }

    static Table table(List<FailoverSnapshot> all) {
        return new Table(COLUMNS, all.stream().map(FailoverReport::row).toList());
    }

    private static Row row(FailoverSnapshot one) {
        Losses.Counts lost = one.became().lost();
        return Row.of(
                one.at().toString(),
                one.database(),
                one.isPlanned() ? "yes" : "no",
                one.from(),
                one.to(),
                one.fromTimeline() == 0 ? null : one.fromTimeline(),
                one.timeline(),
                one.forkLsn() == 0 ? null : Lsn.text(one.forkLsn()),
                one.heldMillis(),
                one.became().held(),
                lost.retried(),
                lost.rolledBack(),
                lost.inDoubt(),
                lost.resolved(),
                one.became().commitsMin(),
                one.became().commitsMax());
    }
}
