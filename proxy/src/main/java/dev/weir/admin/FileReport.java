package dev.weir.admin;

import dev.weir.backend.ServerConnection;
import dev.weir.pool.ClientShard;
import dev.weir.pool.Lease;
import dev.weir.protocol.BackendMessages.Column;
import dev.weir.session.HoldingClient;
import dev.weir.session.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** SHOW FDS: the open sockets by the numbers of their files. */
final class FileReport {
    private static final List<Column> COLUMNS =
            Table.columns(
                    "fd int4, task, user, database, addr, port int4, cancel int8, link int4,"
                            + " client_encoding, std_strings, datestyle, timezone, password,"
                            + " scram_client_key bytea, scram_server_key bytea");

    private FileReport() {}

    /** The numbers of the files. The files themselves, keys and passwords stay here. */
    static CompletableFuture<Table> files(Survey survey) {
        return survey.ofSessions((session, _) -> client(session))
                .thenCombine(survey.ofShards(FileReport::serversOf), FileReport::table);
    }

    private static Table table(List<Row> clients, List<List<Row>> servers) {
        var rows = new ArrayList<>(clients);
        servers.forEach(rows::addAll);
        return new Table(COLUMNS, rows);
    }

    private static Row client(Session session) {
        Lease lease = session.currentLease();
        return Row.of(
                session.fileDescriptor(),
                "client",
                session.hello().user(),
                session.hello().database(),
                Shown.host(session.remoteAddress()),
                Shown.port(session.remoteAddress()),
                0,
                lease == null ? 0 : lease.server().fileDescriptor(),
                session.told("client_encoding"),
                session.told("standard_conforming_strings"),
                session.told("DateStyle"),
                session.told("TimeZone"),
                null,
                null,
                null);
    }

    private static List<Row> serversOf(ClientShard shard) {
        var rows = new ArrayList<Row>();
        for (Lease lease : shard.leases()) {
            ServerConnection server = lease.server();
            rows.add(
                    Row.of(
                            server.fileDescriptor(),
                            "server",
                            shard.pool().key().user(),
                            shard.pool().key().database(),
                            Shown.host(server.remoteAddress()),
                            Shown.port(server.remoteAddress()),
                            0,
                            server.holder() instanceof HoldingClient client
                                    ? client.fileDescriptor()
                                    : 0,
                            server.reported().get("client_encoding"),
                            server.reported().get("standard_conforming_strings"),
                            server.reported().get("DateStyle"),
                            server.reported().get("TimeZone"),
                            null,
                            null,
                            null));
        }
        return rows;
    }
}
