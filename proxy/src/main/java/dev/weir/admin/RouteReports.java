package dev.weir.admin;

import dev.weir.observe.RouteSnapshot;
import dev.weir.protocol.BackendMessages.Column;
import dev.weir.route.Reason;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** How many transactions ran where, and why. */
final class RouteReports {
    private static final List<Column> ROUTES =
            Table.columns("database, node, runs_on, reason, transactions int8, meaning");

    private RouteReports() {}

    static CompletableFuture<Table> routes(Sources from) {
        return from.snapshots().routes().thenApply(RouteReports::routeTable);
    }

    static Table routeTable(List<RouteSnapshot> routes) {
        return new Table(ROUTES, routes.stream().map(RouteReports::row).toList());
    }

    private static Row row(RouteSnapshot route) {
        Reason reason = route.reason();
        return Row.of(
                route.database(),
                route.node(),
                reason.isOnReplica() ? "replica" : "primary",
                reason.word(),
                route.transactions(),
                reason.sentence());
    }
}
