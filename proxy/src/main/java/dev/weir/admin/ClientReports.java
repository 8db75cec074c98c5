package dev.weir.admin;

import dev.weir.net.Clock;
import dev.weir.protocol.BackendMessages.Column;
import dev.weir.session.ClientSnapshot;
import dev.weir.session.PinReason;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** What Weir's console shows of clients that PgBouncer's does not. */
final class ClientReports {
    private static final List<Column> SESSIONS =
            Table.columns(
                    "id int8, user, database, pool_user, state, wait_us int8, server int8,"
                        + " server_pid int4, pins, statement_class, prepared_statements int4,"
                        + " query_us int8, xact_us int8, connect_time, channels, application_name,"
                        + " addr");

    private static final List<Column> PINS =
            Table.columns("id int8, user, database, reasons, since, server int8, server_pid int4");

    private static final long NANOS_PER_MICRO = 1_000;

    private ClientReports() {}

    static CompletableFuture<Table> sessions(Sources from) {
        return from.snapshots().clients().thenApply(all -> sessionTable(all, from.clock()));
    }

    static Table sessionTable(List<ClientSnapshot> clients, Clock clock) {
        return new Table(
                SESSIONS,
                clients.stream()
                        .filter(client -> !client.isReplication())
                        .map(client -> session(client, clock))
                        .toList());
    }

    private static Row session(ClientSnapshot client, Clock clock) {
        ClientSnapshot.Server server = client.server();
        ClientSnapshot.Times times = client.times();
        return Row.of(
                client.id(),
                client.user(),
                client.database(),
                client.poolUser(),
                client.state(),
                times.waitNanos() / NANOS_PER_MICRO,
                server == null ? null : server.id(),
                server == null ? null : server.processId(),
                reasons(client),
                client.statementClass(),
                client.statements(),
                times.queryNanos() / NANOS_PER_MICRO,
                times.transactionNanos() / NANOS_PER_MICRO,
                Shown.moment(clock, times.startedNanos()),
                String.join(",", client.channels()),
                client.applicationName(),
                Shown.host(client.socket().remote()));
    }

    static CompletableFuture<Table> pins(Sources from) {
        return from.snapshots().clients().thenApply(all -> pinTable(all, from.clock()));
    }

    static Table pinTable(List<ClientSnapshot> clients, Clock clock) {
        return new Table(
                PINS,
                clients.stream()
                        .filter(client -> !client.pins().isEmpty() && client.server() != null)
                        .map(client -> pin(client, clock))
                        .toList());
    }

    private static Row pin(ClientSnapshot client, Clock clock) {
        ClientSnapshot.Server server = client.server();
        return Row.of(
                client.id(),
                client.user(),
                client.database(),
                reasons(client),
                Shown.moment(clock, client.pinnedSinceNanos()),
                server == null ? null : server.id(),
                server == null ? null : server.processId());
    }

    private static String reasons(ClientSnapshot client) {
        return client.pins().stream().map(PinReason::name).collect(Collectors.joining(","));
    }
}
