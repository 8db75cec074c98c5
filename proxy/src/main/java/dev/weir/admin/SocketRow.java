package dev.weir.admin;

import dev.weir.net.Clock;
import dev.weir.protocol.BackendMessages.Column;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What SHOW CLIENTS, SERVERS and SOCKETS show of one connection.
 *
 * @param state in the words of SHOW CLIENTS and SERVERS
 * @param connectNanos when it began, on the clock of {@link Clock#nanoTime}, as the next one
 * @param requestNanos when it was last asked for something
 * @param waitNanos how long it has waited for a server connection
 * @param link the id of its other side
 * @param held bytes that were read and not passed on
 * @param pending bytes that were written and have not reached the kernel
 */
record SocketRow(
        boolean isServer,
        String user,
        String database,
        String replication,
        String state,
        @Nullable SocketAddress remote,
        @Nullable SocketAddress local,
        long connectNanos,
        long requestNanos,
        long waitNanos,
        boolean closeNeeded,
        @Nullable Long link,
        int remotePid,
        String tls,
        String applicationName,
        int preparedStatements,
        long id,
        long held,
        long pending) {
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

    /** Whether something is on its way through it. */
    boolean isActive() {
        return held > 0 || pending > 0;
    }

    Row row(Clock clock) {
        return Row.of(cells(clock, state).toArray());
    }

    Row debugRow(Clock clock) {
        List<@Nullable Object> cells = cells(clock, socketState());
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
                        Shown.host(remote),
                        Shown.port(remote),
                        Shown.host(local),
                        Shown.port(local),
                        Shown.moment(clock, connectNanos),
                        Shown.moment(clock, requestNanos),
                        Shown.seconds(waitNanos),
                        Shown.microsOfSecond(waitNanos),
                        closeNeeded ? 1 : 0,
                        Shown.pointer(isServer, id),
                        other == null ? "" : Shown.pointer(!isServer, other),
                        remotePid,
                        tls,
                        applicationName,
                        preparedStatements,
                        id));
    }
}
