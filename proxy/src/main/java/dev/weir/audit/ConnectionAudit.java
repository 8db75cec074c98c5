package dev.weir.audit;

import dev.weir.backend.ServerConnection;
import dev.weir.config.AuditClass;
import dev.weir.exchange.Request;
import dev.weir.exchange.RequestEnd;
import dev.weir.log.ConnectionName;
import dev.weir.net.ClientIdentity;
import dev.weir.pool.LeaseObserver;
import dev.weir.pool.Waiter;
import dev.weir.sql.Access;
import dev.weir.sql.StatementFacts;
import dev.weir.sql.Text;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Creates the records of what clients do on one server connection. Confined to its loop. */
final class ConnectionAudit implements LeaseObserver {
    private static final String ROLE = "role";

    private final Backlog backlog;
    private final LoopAudit own;
    private final AuditRecord.Place where;

    /** The waiter that got the connection; null before it was leased. */
    private @Nullable Waiter holder;

    ConnectionAudit(Backlog backlog, LoopAudit own, ServerConnection server) {
        this.backlog = backlog;
        this.own = own;
        this.where =
                new AuditRecord.Place(
                        server.id(),
                        ConnectionName.shown(server.socket().remote()),
                        server.target().user());
    }

    @Override
    public void leased(Waiter to, long waitedNanos) {
        holder = to;
    }

    @Override
    public long nanos() {
        return own.nanoTime();
    }

    @Override
    public void ended(RequestEnd end) {
        Waiter by = holder;
        ClientIdentity client = by == null ? null : by.identity();
        boolean isError = end.outcome() == RequestEnd.Outcome.FAILED;
        if (by == null
                || client == null
                || end.outcome() == RequestEnd.Outcome.SKIPPED
                || !runs(end.request()) && !isError) {
            return;
        }
        AuditRules rules = backlog.rules();
        Text text = end.text();
        int deeds = text == null ? -1 : deeds(text);
        if ((deeds & rules.deeds()) != 0
                && !backlog.add(record(end, client, by.applicationName(), text, deeds, rules))) {
            backlog.waits(own, by);
        }
    }

    private static boolean runs(Request request) {
        return request == Request.EXECUTE
                || request == Request.QUERY
                || request == Request.FUNCTION_CALL;
    }

    /** What a text does, and whether it changes the session's role by any of its names. */
    private static int deeds(Text text) {
        int deeds = text.access().deeds();
        StatementFacts facts = text.facts();
        List<String> names = facts.parameterNames();
        return !names.isEmpty() && names.contains(ROLE) ? deeds | Access.GRANTS : deeds;
    }

    private AuditRecord record(
            RequestEnd end,
            ClientIdentity client,
            @Nullable String applicationName,
            @Nullable Text text,
            int deeds,
            AuditRules rules) {
        boolean isUnderstood = end.outcome() == RequestEnd.Outcome.SUCCEEDED;
        String shown = null;
        if (text != null) {
            shown =
                    isUnderstood && !rules.hasLiterals()
                            ? own.masked(text)
                            : AuditText.of(text, rules.hasLiterals(), isUnderstood);
        }
        return new AuditRecord(
                Instant.now(),
                classes(deeds),
                AuditEvents.STATEMENT,
                client,
                applicationName,
                where,
                text == null ? 0 : text.fingerprint(),
                shown,
                outcome(end),
                isUnderstood ? AuditEvents.SUCCESSFUL_COMPLETION : end.sqlState(),
                end.rows(),
                end.nanos());
    }

    private static String outcome(RequestEnd end) {
        return switch (end.outcome()) {
            case SUCCEEDED -> AuditEvents.SUCCESS;
            case FAILED -> AuditEvents.FAILURE;
            case SKIPPED, LOST -> AuditEvents.UNKNOWN;
        };
    }

    private static Set<AuditClass> classes(int deeds) {
        Set<AuditClass> all = EnumSet.noneOf(AuditClass.class);
        for (AuditClass one : AuditClass.values()) {
            if (deeds >= 0 && (deeds & AuditRules.deeds(one)) != 0) {
                all.add(one);
            }
        }
        return Collections.unmodifiableSet(all);
    }
}
