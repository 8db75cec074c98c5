package dev.weir.admin;

import dev.weir.pool.Lease;
import dev.weir.protocol.BackendMessages.Column;
import dev.weir.session.Session;
import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What the console shows of clients. */
final class ClientReports {
    /** PgBouncer's columns, of clients and of servers. */
    static final List<Column> SOCKETS =
            Table.columns(
                    "type, user, database, replication, state, addr, port int4, local_addr,"
                        + " local_port int4, connect_time, request_time, wait int4, wait_us int4,"
                        + " close_needed int4, ptr, link, remote_pid int4, tls, application_name,"
                        + " prepared_statements int4, id int8");

    private static final List<Column> SESSIONS =
            Table.columns(
                    "id int8, user, database, pool_user, state, wait_us int8, server int8,"
                            + " server_pid int4, pins, prepared_statements int4, connect_time");

    private static final List<Column> PINS =
            Table.columns("id int8, user, database, reasons, since, server int8, server_pid int4");

    private ClientReports() {}

    static CompletableFuture<Table> clients(Survey survey) {
        return survey.ofSessions(ClientReports::client).thenApply(rows -> new Table(SOCKETS, rows));
    }

    private static Row client(Session session, long waitNanos) {
        Lease lease = session.currentLease();
        boolean waits = waitNanos > 0;
        return Row.of(
                "C",
                session.hello().user(),
                session.hello().database(),
                "none",
                session.stateName(),
                Shown.host(session.remoteAddress()),
                Shown.port(session.remoteAddress()),
                Shown.host(session.localAddress()),
                Shown.port(session.localAddress()),
                Shown.moment(session.startedNanos()),
                waits ? Shown.moment(System.nanoTime() - waitNanos) : null,
                Shown.seconds(waitNanos),
                Shown.microsOfSecond(waitNanos),
                0,
                Shown.pointer(session.hello().id()),
                lease == null ? "" : Shown.pointer(lease.server().id()),
                0,
                "",
                text(session.applicationName()),
                session.preparedStatements(),
                session.hello().id());
    }

    static CompletableFuture<Table> sessions(Survey survey) {
        return survey.ofSessions(ClientReports::session)
                .thenApply(rows -> new Table(SESSIONS, rows));
    }

    private static Row session(Session session, long waitNanos) {
        Lease lease = session.currentLease();
        return Row.of(
                session.hello().id(),
                session.hello().user(),
                session.hello().database(),
                session.poolKey().user(),
                session.stateName(),
                waitNanos / 1_000,
                lease == null ? null : lease.server().id(),
                lease == null ? null : lease.server().processId(),
                reasons(session),
                session.preparedStatements(),
                Shown.moment(session.startedNanos()));
    }

    static CompletableFuture<Table> pins(Survey survey) {
        return survey.ofSessions((session, _) -> pin(session))
                .thenApply(rows -> new Table(PINS, rows));
    }

    private static @Nullable Row pin(Session session) {
        Lease lease = session.currentLease();
        if (session.pinReasons().isEmpty() || lease == null) {
            return null;
        }
        return Row.of(
                session.hello().id(),
                session.hello().user(),
                session.hello().database(),
                reasons(session),
                Shown.moment(session.pinnedSinceNanos()),
                lease.server().id(),
                lease.server().processId());
    }

    private static String reasons(Session session) {
        var names = new StringJoiner(",");
        session.pinReasons().forEach(reason -> names.add(reason.name()));
        return names.toString();
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }
}
