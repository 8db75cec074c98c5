package dev.weir.admin;

import dev.weir.backend.ServerConnection;
import dev.weir.net.Clock;
import dev.weir.pool.ClientPool;
import dev.weir.pool.ClientShard;
import dev.weir.pool.Lease;
import dev.weir.session.HoldingClient;
import dev.weir.session.Replication;
import dev.weir.session.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What the console shows of connections on both sides. */
final class SocketReports {
    private SocketReports() {}

    static CompletableFuture<Table> clients(Survey survey) {
        return clientRows(survey)
                .thenApply(all ->
                        new Table(
                                SocketRow.COLUMNS,
                                all.stream().map(row -> row.row(survey.clock())).toList()));
    }

    static CompletableFuture<Table> servers(Survey survey) {
        return serverRows(survey)
                .thenApply(all ->
                        new Table(
                                SocketRow.COLUMNS,
                                all.stream().map(row -> row.row(survey.clock())).toList()));
    }

    static CompletableFuture<Table> sockets(Survey survey) {
        return debug(survey, _ -> true);
    }

    static CompletableFuture<Table> activeSockets(Survey survey) {
        return debug(survey, SocketRow::isActive);
    }

    private static CompletableFuture<Table> debug(Survey survey, Predicate<SocketRow> which) {
        return clientRows(survey)
                .thenCombine(
                        serverRows(survey),
                        (clients, servers) -> {
                            var rows = new ArrayList<Row>();
                            Clock clock = survey.clock();
                            Survey.both(clients, servers).stream()
                                    .filter(which)
                                    .forEach(row -> rows.add(row.debugRow(clock)));
                            return new Table(SocketRow.DEBUG_COLUMNS, rows);
                        });
    }

    // --- clients ------------------------------------------------------------------------------

    /** The clients in the order in which they came; those at the console last. */
    private static CompletableFuture<List<SocketRow>> clientRows(Survey survey) {
        return survey.ofSessions(SocketReports::client)
                .thenCombine(survey.ofReplications(SocketReports::client), Survey::both)
                .thenCombine(survey.ofConsoles(), Survey::both);
    }

    private static SocketRow client(Session session, long waitNanos) {
        Lease lease = session.currentLease();
        String name = session.applicationName();
        long[] pending = session.pendingBytes();
        return new SocketRow(
                false,
                session.hello().user(),
                session.hello().database(),
                "none",
                session.stateName(),
                session.remoteAddress(),
                session.localAddress(),
                session.startedNanos(),
                session.requestNanos(),
                waitNanos,
                false,
                lease == null ? null : lease.server().id(),
                0,
                session.hello().origin().tls(),
                name == null ? "" : name,
                session.preparedStatements(),
                session.hello().id(),
                pending[0],
                pending[1]);
    }

    private static SocketRow client(Replication session, long waitNanos) {
        Lease lease = session.currentLease();
        return new SocketRow(
                false,
                session.hello().user(),
                session.hello().database(),
                kind(session.hello().replication()),
                lease == null ? "waiting" : "active",
                session.remoteAddress(),
                session.localAddress(),
                session.startedNanos(),
                session.startedNanos(),
                waitNanos,
                false,
                lease == null ? null : lease.server().id(),
                0,
                session.hello().origin().tls(),
                "",
                0,
                session.hello().id(),
                0,
                0);
    }

    // --- servers ------------------------------------------------------------------------------

    private static CompletableFuture<List<SocketRow>> serverRows(Survey survey) {
        return survey.ofShards(SocketReports::serversOf)
                .thenApply(parts -> parts.stream().flatMap(List::stream).toList());
    }

    private static List<SocketRow> serversOf(ClientShard shard) {
        var rows = new ArrayList<SocketRow>();
        for (Lease lease : shard.leases()) {
            rows.add(server(shard.pool(), lease));
        }
        return rows;
    }

    private static SocketRow server(ClientPool pool, Lease lease) {
        ServerConnection server = lease.server();
        String name = server.given().get("application_name");
        Object holder = server.holder();
        return new SocketRow(
                true,
                pool.key().user(),
                pool.key().database(),
                kind(server.target().parameters().get("replication")),
                isUsed(pool, lease) ? "used" : lease.stateName(),
                server.remoteAddress(),
                server.localAddress(),
                server.openedNanos(),
                holder instanceof HoldingClient client ? client.requestNanos() : lease.sinceNanos(),
                0,
                server.closeNeeded(),
                holder instanceof HoldingClient client
                        ? Long.valueOf(client.clientId())
                        : holder instanceof Replication replication
                                ? Long.valueOf(replication.hello().id())
                                : null,
                server.processId(),
                server.tls(),
                name == null ? "" : name,
                server.statements().size(),
                server.id(),
                0,
                server.pendingBytes());
    }

    /** PgBouncer's words for the startup parameter. */
    private static String kind(@Nullable String replication) {
        if (replication == null) {
            return "none";
        }
        return replication.equalsIgnoreCase("database") ? "logical" : "physical";
    }

    /** Whether it has been idle so long that it is tested before the next client gets it. */
    static boolean isUsed(ClientPool pool, Lease lease) {
        long idleNanos = lease.nanoTime() - lease.sinceNanos();
        return lease.stateName().equals("idle")
                && !pool.settings().serverCheckQuery().isEmpty()
                && idleNanos > pool.settings().serverCheckDelay().toNanos();
    }
}
