package dev.weir.observe;

import dev.weir.config.Database;
import dev.weir.config.Names;
import dev.weir.config.Settings;
import dev.weir.error.ProxyError;
import dev.weir.net.Clock;
import dev.weir.net.Loops;
import dev.weir.pool.ClientPool;
import dev.weir.pool.ClientShard;
import dev.weir.pool.Gate.Cause;
import dev.weir.pool.Gates;
import dev.weir.pool.Lease;
import dev.weir.pool.NodeShard;
import dev.weir.pool.PoolKey;
import dev.weir.pool.Pools;
import dev.weir.session.Sessions;
import dev.weir.statements.Statements;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an operator can do to databases and clients, from a console or by a signal. Called from any
 * thread; the work is done on the loops concerned. A database that is null stands for all.
 */
public final class Operations {
    private static final Logger log = LoggerFactory.getLogger(Operations.class);

    private final Control control;
    private final Loops loops;
    private final Pools pools;
    private final Sessions sessions;
    private final Statements statements;
    private final Gates gates;
    private final Switchovers switchovers;
    private boolean suspended;

    public Operations(
            Control control,
            Loops loops,
            Pools pools,
            Sessions sessions,
            Statements statements,
            Failovers failovers,
            Clock clock) {
        this.control = control;
        this.loops = loops;
        this.pools = pools;
        this.sessions = sessions;
        this.statements = statements;
        this.gates = pools.gates();
        this.switchovers = new Switchovers(control, loops, pools, sessions, failovers, clock);
    }

    // --- PAUSE and RESUME ---------------------------------------------------------------------

    /** Stops leasing connections; complete when the last one is closed. */
    public synchronized CompletableFuture<Void> pause(@Nullable String database) throws Refused {
        issued("PAUSE", database);
        refuseIfPaused();
        check(database, "pause");
        gates.close(database, Cause.PAUSE);
        return new Condition(
                        loops,
                        loop -> holds(loop, database, NodeShard::isDrained),
                        () -> isClosed(database))
                .future();
    }

    /**
     * Whether the sockets are gone too, except for those still being opened, which will be closed.
     */
    private boolean isClosed(@Nullable String database) {
        for (ClientPool pool : pools.of(database)) {
            if (pool.size() > pool.opening() || pool.beside() > 0) {
                return false;
            }
        }
        return true;
    }

    public synchronized void resume(@Nullable String database) throws Refused {
        issued("RESUME", database);
        if (database == null) {
            if (control.isShuttingDown()) {
                throw new Refused(ProxyError.CONSOLE_SHUTTING_DOWN);
            }
            if (!gates.isAllPaused() && !suspended) {
                throw new Refused(ProxyError.CONSOLE_NOT_PAUSED);
            }
        } else if (!isConfigured(database) && !Names.isReservedDatabase(database)) {
            throw new Refused(ProxyError.CONSOLE_NO_SUCH_DATABASE, database);
        } else if (!gates.own(database).has(Cause.PAUSE)) {
            throw new Refused(ProxyError.CONSOLE_DATABASE_NOT_PAUSED, database);
        }
        if (suspended && database == null) {
            setSuspended(false);
        } else {
            gates.open(database, Cause.PAUSE);
        }
    }

    private void refuseIfPaused() throws Refused {
        if (gates.isAllPaused() || suspended) {
            throw new Refused(ProxyError.CONSOLE_ALREADY_PAUSED);
        }
    }

    // --- SUSPEND ------------------------------------------------------------------------------

    /**
     * Stops reading from everybody; complete when everything that was read has been sent. A client
     * to which that is not possible within {@code suspend_timeout} is closed.
     */
    public synchronized CompletableFuture<Void> suspend() throws Refused {
        issued("SUSPEND", null);
        refuseIfPaused();
        if (gates.isAnyPausedAlone()) {
            throw new Refused(ProxyError.CONSOLE_SUSPEND_WHILE_PAUSED);
        }
        CompletableFuture<Void> suspending = setSuspended(true);
        CompletableFuture<Void> flushed =
                new Condition(
                                loops,
                                loop ->
                                        sessions.isFlushed(loop)
                                                && holds(loop, null, Operations::isFlushed),
                                () -> true)
                        .future();
        long millis = control.config().get(Settings.SUSPEND_TIMEOUT).toMillis();
        if (millis > 0) {
            loops.all()
                    .getFirst()
                    .schedule(
                            () -> {
                                if (!flushed.isDone()) {
                                    onEachLoop(sessions::killUnflushed);
                                }
                            },
                            millis,
                            TimeUnit.MILLISECONDS);
        }
        return suspending.thenCompose(_ -> flushed);
    }

    /** Whether all databases are paused, or everything is suspended. */
    public synchronized boolean isPaused() {
        return gates.isAllPaused() || suspended;
    }

    public synchronized boolean isSuspended() {
        return suspended;
    }

    private CompletableFuture<Void> setSuspended(boolean on) {
        suspended = on;
        control.accepts(!on);
        return onEachLoop(loop -> {
            sessions.suspend(loop, on);
            for (NodeShard shard : shards(loop, null)) {
                shard.leases().forEach(lease -> lease.server().suspend(on));
            }
        });
    }

    // --- connections --------------------------------------------------------------------------

    /** Replaces every server connection as soon as it is free. */
    public void reconnect(@Nullable String database) throws Refused {
        issued("RECONNECT", database);
        check(database, "reconnect");
        pools.reconnect(database);
    }

    /** Complete when no connection that must be replaced is left. */
    public CompletableFuture<Void> waitClose(@Nullable String database) throws Refused {
        issued("WAIT_CLOSE", database);
        check(database, "wait in");
        return new Condition(
                        loops, loop -> holds(loop, database, NodeShard::isRecycled), () -> true)
                .future();
    }

    /** Closes all clients and connections, and leaves the databases paused. */
    public synchronized CompletableFuture<Void> kill(@Nullable String database) throws Refused {
        refuseIfPaused();
        issued("KILL", database);
        check(database, "kill");
        if (database == null) {
            for (ClientPool pool : pools.all()) {
                gates.close(pool.key().database(), Cause.PAUSE);
            }
        } else {
            gates.close(database, Cause.PAUSE);
        }
        Predicate<PoolKey> which = key -> database == null || key.database().equals(database);
        return onEachLoop(loop -> {
            sessions.kill(loop, which, ProxyError.DATABASE_REMOVED);
            for (NodeShard shard : shards(loop, database)) {
                shard.kill(ProxyError.DATABASE_REMOVED.message());
            }
        });
    }

    /** Closes the client with this id; completes with whether there was one. */
    public CompletableFuture<Boolean> killClient(long id) {
        log.info("KILL_CLIENT '{}' command issued", id);
        return onAnyLoop(loop -> sessions.kill(loop, id, ProxyError.ADMIN_FORCED_DISCONNECT));
    }

    /**
     * Cancels what the client with this id runs or waits for, as its own cancel request would;
     * completes with whether there was one.
     */
    public CompletableFuture<Boolean> cancelClient(long id) {
        log.info("CANCEL_CLIENT '{}' command issued", id);
        return onAnyLoop(loop -> sessions.cancelClient(loop, id));
    }

    /** Completes with whether it was true on a loop. */
    private CompletableFuture<Boolean> onAnyLoop(Predicate<EventLoop> what) {
        var found = new AtomicBoolean();
        return onEachLoop(
                        loop -> {
                            if (what.test(loop)) {
                                found.set(true);
                            }
                        })
                .thenApply(_ -> found.get());
    }

    /** Resumes if everything is paused or suspended, unless the process is ending. */
    public synchronized void resumeIfPaused() {
        if (suspended) {
            setSuspended(false);
        } else if (gates.isAllPaused() && !control.isShuttingDown()) {
            gates.open(null, Cause.PAUSE);
        }
    }

    // --- DISABLE and ENABLE -------------------------------------------------------------------

    public void disable(@Nullable String database, boolean on) throws Refused {
        if (database == null) {
            throw new Refused(ProxyError.CONSOLE_DATABASE_REQUIRED);
        }
        issued(on ? "DISABLE" : "ENABLE", database);
        check(database, on ? "disable" : "enable");
        if (on) {
            gates.close(database, Cause.DISABLE);
        } else {
            gates.open(database, Cause.DISABLE);
            gates.open(database, Cause.LEAVE);
        }
    }

    /**
     * Lets no new client into a database, and those who are there go as soon as they have no
     * transaction open; complete when the last one has left.
     */
    public CompletableFuture<Void> drain(@Nullable String database) throws Refused {
        if (database == null) {
            throw new Refused(ProxyError.CONSOLE_DATABASE_REQUIRED);
        }
        issued("DRAIN", database);
        check(database, "drain");
        gates.close(database, Cause.DISABLE);
        gates.close(database, Cause.LEAVE);
        return new Condition(loops, _ -> true, () -> hasNoClients(database)).future();
    }

    private boolean hasNoClients(String database) {
        for (ClientPool pool : pools.of(database)) {
            if (pool.clients() > 0) {
                return false;
            }
        }
        return true;
    }

    // --- clusters ------------------------------------------------------------------------------

    /** Lets all who need the primary wait; complete when nothing runs there. */
    public CompletableFuture<Void> hold(@Nullable String database) throws Refused {
        String name = checked(database, "hold");
        issued("HOLD", name);
        return switchovers.hold(name);
    }

    /** Lets those go on whom HOLD or a switchover lets wait. */
    public void release(@Nullable String database) throws Refused {
        String name = checked(database, "release");
        switchovers.release(name);
        issued("RELEASE", name);
    }

    /**
     * Lets clients wait for another primary; completes when it may be promoted, with what the
     * operator should know. Cancelling it lets clients go on.
     *
     * @param to {@code host:port} of the next primary; empty for the replica that is least late
     * @param graceSeconds how long transaction blocks may go on; negative = for the usual time
     * @param early told at once what the operator should know before anybody waits; on any thread
     */
    public CompletableFuture<List<String>> switchOver(
            @Nullable String database, String to, int graceSeconds, Consumer<String> early)
            throws Refused {
        String name = checked(database, "switch over");
        int grace = graceSeconds < 0 ? Switchovers.GRACE_SECONDS : graceSeconds;
        return switchovers.start(name, to, grace, early);
    }

    private String checked(@Nullable String database, String what) throws Refused {
        if (database == null) {
            throw new Refused(ProxyError.CONSOLE_DATABASE_REQUIRED);
        }
        check(database, what);
        return database;
    }

    /** Forgets which cluster the nodes of a database were, and which primary it had. */
    public void forgetCluster(@Nullable String database) throws Refused {
        String name = checked(database, "forget");
        issued("FORGET CLUSTER", name);
        if (!control.clusters().forget(name)) {
            throw new Refused(ProxyError.CONSOLE_NO_NODES, name);
        }
    }

    // --- conditions ---------------------------------------------------------------------------

    /** Whether a condition holds of all shards of a loop; on that loop. */
    private boolean holds(
            EventLoop loop, @Nullable String database, Predicate<NodeShard> condition) {
        for (NodeShard shard : shards(loop, database)) {
            if (!condition.test(shard)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isFlushed(NodeShard shard) {
        for (Lease lease : shard.leases()) {
            if (lease.server().socket().pendingBytes() > 0) {
                return false;
            }
        }
        return true;
    }

    // --- what they share ----------------------------------------------------------------------

    /** The connections of a database that live on a loop, those of Weir's own included. */
    private List<NodeShard> shards(EventLoop loop, @Nullable String database) {
        var all = new ArrayList<NodeShard>();
        for (ClientPool pool : pools.of(database)) {
            for (ClientShard shard : pool.shards()) {
                if (shard.loop() == loop) {
                    all.addAll(shard.nodes());
                }
            }
        }
        return all;
    }

    private interface OnLoop {
        void run(EventLoop loop);
    }

    private CompletableFuture<Void> onEachLoop(OnLoop work) {
        var done = new ArrayList<CompletableFuture<Void>>();
        for (EventLoop loop : loops.all()) {
            done.add(CompletableFuture.runAsync(() -> work.run(loop), loop));
        }
        return CompletableFuture.allOf(done.toArray(CompletableFuture<?>[]::new));
    }

    private void check(@Nullable String database, String what) throws Refused {
        if (database == null) {
            return;
        }
        if (Names.isReservedDatabase(database)) {
            throw new Refused(ProxyError.CONSOLE_OWN_DATABASE, what, database);
        }
        if (!isConfigured(database)) {
            throw new Refused(ProxyError.CONSOLE_NO_SUCH_DATABASE, database);
        }
    }

    private boolean isConfigured(String name) {
        Database database = control.config().database(name);
        return database != null;
    }

    /** Forgets what statements have cost. */
    public CompletableFuture<Void> resetStatements() {
        issued("RESET STATEMENTS", null);
        return statements.reset();
    }

    /** As in PgBouncer, a command is logged whether it succeeds or not. */
    private static void issued(String command, @Nullable String database) {
        if (database == null) {
            log.info("{} command issued", command);
        } else {
            log.info("{} '{}' command issued", command, database);
        }
    }
}
