package dev.weir.admin;

import dev.weir.backend.ParameterSet;
import dev.weir.net.SocketSnapshot;
import dev.weir.observe.ServerSnapshot;
import dev.weir.pool.LeaseSnapshot;
import dev.weir.protocol.BackendMessages.Column;
import dev.weir.session.ClientSnapshot;
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

    /** Shows only the numbers of the files: files, keys and passwords are not handed out. */
    static CompletableFuture<Table> files(Sources from) {
        return from.snapshots()
                .clients()
                .thenCombine(from.snapshots().servers(), FileReport::table);
    }

    static Table table(List<ClientSnapshot> clients, List<ServerSnapshot> servers) {
        var rows = new ArrayList<Row>();
        clients.stream()
                .filter(client -> !client.isReplication())
                .forEach(client -> rows.add(row(client)));
        servers.forEach(server -> rows.add(row(server)));
        return new Table(COLUMNS, rows);
    }

    private static Row row(ClientSnapshot client) {
        ClientSnapshot.Server server = client.server();
        return row(
                "client",
                client.user(),
                client.database(),
                client.socket(),
                server == null ? 0 : server.file(),
                client.told());
    }

    private static Row row(ServerSnapshot server) {
        LeaseSnapshot lease = server.lease();
        ClientSnapshot session = server.session();
        return row(
                "server",
                lease.pool().user(),
                lease.pool().database(),
                lease.connection().socket(),
                session == null ? 0 : session.socket().file(),
                lease.connection().reported());
    }

    private static Row row(
            String task,
            String user,
            String database,
            SocketSnapshot socket,
            int link,
            ParameterSet parameters) {
        return Row.of(
                socket.file(),
                task,
                user,
                database,
                Shown.host(socket.remote()),
                Shown.port(socket.remote()),
                0,
                link,
                parameters.get("client_encoding"),
                parameters.get("standard_conforming_strings"),
                parameters.get("DateStyle"),
                parameters.get("TimeZone"),
                null,
                null,
                null);
    }
}
