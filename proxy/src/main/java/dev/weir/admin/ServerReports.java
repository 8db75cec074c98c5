package dev.weir.admin;

import dev.weir.backend.ServerConnection;
import dev.weir.pool.Lease;
import dev.weir.pool.Pool;
import dev.weir.pool.PoolShard;
import dev.weir.session.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What the console shows of server connections. */
final class ServerReports {
    private ServerReports() {}

    static CompletableFuture<Table> servers(Survey survey) {
        return survey.ofShards(ServerReports::servers)
                .thenApply(parts ->
                        new Table(
                                ClientReports.SOCKETS,
                                parts.stream().flatMap(List::stream).toList()));
    }

    private static List<Row> servers(PoolShard shard) {
        var rows = new ArrayList<Row>();
        for (Lease lease : shard.leases()) {
            rows.add(server(shard.pool(), lease));
        }
        return rows;
    }

    private static Row server(Pool pool, Lease lease) {
        ServerConnection server = lease.server();
        String name = server.given().get("application_name");
        return Row.of(
                "S",
                pool.key().user(),
                pool.key().database(),
                replication(server),
                isUsed(pool, lease) ? "used" : lease.stateName(),
                Shown.host(server.remoteAddress()),
                Shown.port(server.remoteAddress()),
                Shown.host(server.localAddress()),
                Shown.port(server.localAddress()),
                Shown.moment(server.openedNanos()),
                null,
                0,
                0,
                server.closeNeeded() ? 1 : 0,
                Shown.pointer(server.id()),
                server.holder() instanceof Session session
                        ? Shown.pointer(session.hello().id())
                        : "",
                server.processId(),
                "",
                name == null ? "" : name,
                server.statements().size(),
                server.id());
    }

    private static String replication(ServerConnection server) {
        String asked = server.target().parameters().get("replication");
        if (asked == null) {
            return "none";
        }
        return asked.equalsIgnoreCase("database") ? "logical" : "physical";
    }

    /** Whether it has been idle so long that it is tested before the next client gets it. */
    static boolean isUsed(Pool pool, Lease lease) {
        long idleNanos = System.nanoTime() - lease.sinceNanos();
        return lease.stateName().equals("idle")
                && !pool.settings().serverCheckQuery().isEmpty()
                && idleNanos > pool.settings().serverCheckDelay().toNanos();
    }
}
