package dev.weir.admin;

import dev.weir.net.Clock;
import dev.weir.pool.Lease;
import dev.weir.protocol.BackendMessages.Column;
import dev.weir.session.Session;
import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What the console shows of clients. */
final class ClientReports {
    private static final List<Column> SESSIONS =
            Table.columns(
                    "id int8, user, database, pool_user, state, wait_us int8, server int8,"
                            + " server_pid int4, pins, statement_class, prepared_statements int4,"
                            + " query_us int8, xact_us int8, connect_time");

    private static final List<Column> PINS =
            Table.columns("id int8, user, database, reasons, since, server int8, server_pid int4");

    private ClientReports() {}

    static CompletableFuture<Table> sessions(Survey survey) {
        return survey.ofSessions(
                        (Session session, long wait) -> session(survey.clock(), session, wait))
                .thenApply(rows -> new Table(SESSIONS, rows));
    }

    private static Row session(Clock clock, Session session, long waitNanos) {
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
                session.statementClass(),
                session.preparedStatements(),
                session.queryNanos() / 1_000,
                session.transactionNanos() / 1_000,
                Shown.moment(clock, session.startedNanos()));
    }

    static CompletableFuture<Table> pins(Survey survey) {
        return survey.ofSessions((session, _) -> pin(survey.clock(), session))
                .thenApply(rows -> new Table(PINS, rows));
    }

    private static @Nullable Row pin(Clock clock, Session session) {
        Lease lease = session.currentLease();
        if (session.pinReasons().isEmpty() || lease == null) {
            return null;
        }
        return Row.of(
                session.hello().id(),
                session.hello().user(),
                session.hello().database(),
                reasons(session),
                Shown.moment(clock, session.pinnedSinceNanos()),
                lease.server().id(),
                lease.server().processId());
    }

    private static String reasons(Session session) {
        var names = new StringJoiner(",");
        session.pinReasons().forEach(reason -> names.add(reason.name()));
        return names.toString();
    }
}
