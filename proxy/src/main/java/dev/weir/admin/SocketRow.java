package dev.weir.admin;

import dev.weir.backend.ConnectionSnapshot;
import dev.weir.net.Clock;
import dev.weir.net.SocketSnapshot;
import dev.weir.observe.ServerSnapshot;
import dev.weir.pool.LeaseSnapshot;
import dev.weir.protocol.BackendMessages.Column;
import dev.weir.session.ClientSnapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What SHOW CLIENTS, SERVERS and SOCKETS show of one connection.
 *
 * @param replication in PgBouncer's words for the startup parameter of that name
 * @param state in the words of SHOW CLIENTS and SERVERS
 * @param connectNanos when it began, on the clock of {@link Clock#nanoTime}, like the next one
 * @param requestNanos when it was last asked for something
 * @param waitNanos how long it has waited for a server connection
 * @param link the id of its other side
 */
record SocketRow(
        boolean isServer,
        String user,
        String database,
        String replication,
        String state,
        SocketSnapshot socket,
        long connectNanos,
        long requestNanos,
        long waitNanos,
        boolean closeNeeded,
        @Nullable Long link,
        int remotePid,
        String applicationName,
        int preparedStatements,
        long id) {
    private static final String STANDARD =
            "type, user, database, replication, state, addr, port int4, local_addr, local_port"
                + " int4, connect_time, request_time, wait int4, wait_us int4, close_needed int4,"
                + " ptr, link, remote_pid int4, tls, application_name, prepared_statements int4, id"
                + " int4";

    /** The columns of CLIENTS and SERVERS. */
    static final List<Column> COLUMNS = Table.columns(STANDARD);

    /** The columns of SOCKETS and ACTIVE_SOCKETS. */
    static final List<Column> DEBUG_COLUMNS =
            Table.columns(
                    STANDARD
                            + ", recv_pos int4, pkt_pos int4, pkt_remain int4, send_pos int4,"
                            + " send_remain int4, pkt_avail int4, send_avail int4");

    static SocketRow of(ClientSnapshot client) {
        ClientSnapshot.Server server = client.server();
        return new SocketRow(
                false,
                client.user(),
                client.database(),
                kind(client.replication()),
                client.state(),
                client.socket(),
                client.times().startedNanos(),
                client.times().requestNanos(),
                client.times().waitNanos(),
                false,
                server == null ? null : server.id(),
                0,
                client.applicationName(),
                client.statements(),
                client.id());
    }

    static SocketRow of(ServerSnapshot server) {
        LeaseSnapshot lease = server.lease();
        ConnectionSnapshot connection = lease.connection();
        ClientSnapshot holder = server.holder();
        ClientSnapshot session = server.session();
        return new SocketRow(
                true,
                lease.pool().user(),
                lease.pool().database(),
                kind(connection.replication()),
                lease.state(),
                connection.socket(),
                connection.openedNanos(),
                session == null ? lease.sinceNanos() : session.times().requestNanos(),
                0,
                connection.closeNeeded(),
                holder == null ? null : holder.id(),
                connection.processId(),
                connection.applicationName(),
                connection.statements(),
                connection.id());
    }

    private static String kind(@Nullable String replication) {
        if (replication == null) {
            return "none";
        }
        return replication.equalsIgnoreCase("database") ? "logical" : "physical";
    }

    /** Whether data is in transit through it. */
    boolean isActive() {
        return socket.heldBytes() > 0 || socket.pendingBytes() > 0;
    }

    Row row(Clock clock) {
        return Row.of(cells(clock, state).toArray());
    }

    Row debugRow(Clock clock) {
        List<@Nullable Object> cells = cells(clock, socketState());
        long held = socket.heldBytes();
        long pending = socket.pendingBytes();
        cells.addAll(Arrays.asList(held, 0, 0, 0, pending, held, pending));
        return Row.of(cells.toArray());
    }

    /** SHOW SOCKETS has other words for the same states. */
    private String socketState() {
        return switch (state) {
            case "idle" -> isServer ? "sv_idle" : "cl_active";
            case "new" -> "sv_login";
            case "closed" -> "justfree";
            default -> (isServer ? "sv_" : "cl_") + state;
        };
    }

    private List<@Nullable Object> cells(Clock clock, String shownState) {
        Long other = link;
        return new ArrayList<>(
                Arrays.<@Nullable Object>asList(
                        isServer ? "S" : "C",
                        user,
                        database,
                        replication,
                        shownState,
                        Shown.host(socket.remote()),
                        isServer || Shown.port(socket.remote()) > 0
                                ? Shown.port(socket.remote())
                                : Shown.port(socket.local()),
                        Shown.host(socket.local()),
                        Shown.port(socket.local()),
                        Shown.moment(clock, connectNanos),
                        Shown.moment(clock, requestNanos),
                        Shown.seconds(waitNanos),
                        Shown.microsOfSecond(waitNanos),
                        closeNeeded ? 1 : 0,
                        Shown.pointer(isServer, id),
                        other == null ? "" : Shown.pointer(!isServer, other),
                        remotePid,
                        socket.tls(),
                        applicationName,
                        preparedStatements,
                        id));
    }
}
