package dev.weir.admin;

import dev.weir.net.Clock;
import dev.weir.observe.ServerSnapshot;
import dev.weir.session.ClientSnapshot;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What the console shows of connections on both sides. */
final class SocketReports {
    private SocketReports() {}

    static CompletableFuture<Table> clients(Sources from) {
        return clientRows(from).thenApply(all -> table(all, from.clock()));
    }

    static CompletableFuture<Table> servers(Sources from) {
        return serverRows(from).thenApply(all -> table(all, from.clock()));
    }

    static Table table(List<SocketRow> rows, Clock clock) {
        return new Table(SocketRow.COLUMNS, rows.stream().map(row -> row.row(clock)).toList());
    }

    static CompletableFuture<Table> sockets(Sources from) {
        return debug(from, _ -> true);
    }

    static CompletableFuture<Table> activeSockets(Sources from) {
        return debug(from, SocketRow::isActive);
    }

    private static CompletableFuture<Table> debug(Sources from, Predicate<SocketRow> which) {
        return clientRows(from)
                .thenCombine(serverRows(from), SocketReports::both)
                .thenApply(all -> debugTable(all.stream().filter(which).toList(), from.clock()));
    }

    static Table debugTable(List<SocketRow> rows, Clock clock) {
        return new Table(
                SocketRow.DEBUG_COLUMNS, rows.stream().map(row -> row.debugRow(clock)).toList());
    }

    /** The clients in the order in which they came; those at the console last. */
    private static CompletableFuture<List<SocketRow>> clientRows(Sources from) {
        CompletableFuture<List<ClientSnapshot>> all =
                from.snapshots()
                        .clients()
                        .thenCombine(from.consoles().snapshots(), SocketReports::both);
        return all.thenApply(clients -> clients.stream().map(SocketRow::of).toList());
    }

    private static CompletableFuture<List<SocketRow>> serverRows(Sources from) {
        CompletableFuture<List<ServerSnapshot>> all = from.snapshots().servers();
        return all.thenApply(servers -> servers.stream().map(SocketRow::of).toList());
    }

    private static <T> List<T> both(List<T> some, List<T> others) {
        return Stream.concat(some.stream(), others.stream()).toList();
    }
}
