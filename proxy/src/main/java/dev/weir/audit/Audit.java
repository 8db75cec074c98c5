package dev.weir.audit;

import dev.weir.backend.ServerConnection;
import dev.weir.config.AuditClass;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.Problem;
import dev.weir.config.Reloadable;
import dev.weir.error.Refusal;
import dev.weir.metrics.LimitMeters;
import dev.weir.net.ClientIdentity;
import dev.weir.pool.LeaseObserver;
import dev.weir.pool.PoolKey;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The audit log. Thread-safe. */
public final class Audit implements LeaseObserver.Source, Reloadable, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Audit.class);

    private final Backlog backlog;
    private volatile Runnable replacesServers = () -> {};

    private Audit(Backlog backlog) {
        this.backlog = backlog;
    }

    /**
     * Opens the log; nothing is written before it is started.
     *
     * @throws ConfigException if its file cannot be opened
     */
    public static Audit open(Config config, List<EventLoop> loops) throws ConfigException {
        return new Audit(new Backlog(AuditRules.of(config), targets(config), loops));
    }

    /**
     * Starts writing.
     *
     * @param counts records how far the queue is used
     * @param replaces replaces all server connections, so that the new ones are observed
     */
    public void start(LimitMeters counts, Runnable replaces) {
        replacesServers = replaces;
        backlog.start(counts);
    }

    private static AuditTargets targets(Config config) throws ConfigException {
        try {
            return AuditTargets.open(config);
        } catch (IOException | IllegalArgumentException e) {
            throw new ConfigException(
                    List.of(
                            new Problem(
                                    config.file().toString(), 0, String.valueOf(e.getMessage()))));
        }
    }

    @Override
    public Runnable prepare(Config next) throws ConfigException {
        AuditRules changed = AuditRules.of(next);
        targets(next).close(); // a RELOAD that fails elsewhere must not leave anything open
        return () -> {
            boolean watchesMore = backlog.rules().deeds() == 0 && changed.deeds() != 0;
            AuditTargets opened = null;
            try {
                opened = targets(next);
            } catch (ConfigException e) {
                log.warn("audit_not_reopened error=\"{}\"", e.getMessage());
            }
            backlog.become(changed, opened);
            if (watchesMore) {
                replacesServers.run();
            }
        };
    }

    @Override
    public @Nullable LeaseObserver of(PoolKey pool, ServerConnection server) {
        LoopAudit own = backlog.rules().deeds() == 0 ? null : backlog.on(server.loop());
        return own == null ? null : new ConnectionAudit(backlog, own, server);
    }

    /** The approximate size of the records that wait to be written, in bytes. */
    public long waitingBytes() {
        return backlog.bytes();
    }

    // --- records ------------------------------------------------------------------------------

    /**
     * Whether who comes and goes is recorded now. Whoever logs in while it is not need not be
     * watched for the end.
     */
    public boolean recordsLogins() {
        return has(AuditClass.CONNECTION);
    }

    /** A client has logged in. */
    public void loggedIn(ClientIdentity client, long nanos) {
        if (recordsLogins()) {
            backlog.addAlways(connection(AuditEvents.LOGIN, client, null, nanos));
        }
    }

    /** A client was refused. */
    public void refused(ClientIdentity client, Refusal why, long nanos) {
        if (recordsLogins()) {
            backlog.addAlways(connection(AuditEvents.LOGIN, client, why, nanos));
        }
    }

    /**
     * A client that had logged in is gone.
     *
     * @param nanos how long it was connected
     */
    public void loggedOut(ClientIdentity client, long nanos) {
        if (recordsLogins()) {
            backlog.addAlways(connection(AuditEvents.LOGOUT, client, null, nanos));
        }
    }

    /** A command was given on the console; it was refused unless {@code why} is null. */
    public void commanded(
            ClientIdentity client, String command, @Nullable Refusal why, long nanos) {
        if (has(AuditClass.ADMIN)) {
            String shown = withoutSecrets(command);
            backlog.addAlways(
                    record(
                            AuditClass.ADMIN,
                            AuditEvents.COMMAND,
                            client,
                            shown,
                            why == null ? null : why.sqlState(),
                            nanos));
        }
    }

    /** A command of the console as it may be shown: without what may be a secret. */
    public static String withoutSecrets(String command) {
        return AuditText.ofCommand(command);
    }

    private boolean has(AuditClass one) {
        return backlog.rules().classes().contains(one);
    }

    private static AuditRecord connection(
            String event, ClientIdentity client, @Nullable Refusal why, long nanos) {
        String sqlState = why == null ? null : why.sqlState();
        return record(AuditClass.CONNECTION, event, client, null, sqlState, nanos);
    }

    private static AuditRecord record(
            AuditClass of,
            String event,
            ClientIdentity client,
            @Nullable String text,
            @Nullable String sqlState,
            long nanos) {
        return new AuditRecord(
                Instant.now(),
                Set.of(of),
                event,
                client,
                client.applicationName(),
                null,
                0,
                text,
                sqlState == null ? AuditEvents.SUCCESS : AuditEvents.FAILURE,
                sqlState == null ? AuditEvents.SUCCESSFUL_COMPLETION : sqlState,
                -1,
                nanos);
    }

    @Override
    public void close() {
        backlog.end();
    }
}
