package dev.weir.session;

import dev.weir.backend.CancelSender;
import dev.weir.catalog.Catalog;
import dev.weir.cluster.Cluster;
import dev.weir.config.Config;
import dev.weir.config.Reloadable;
import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;
import dev.weir.login.ClientHello;
import dev.weir.metrics.Limit;
import dev.weir.pool.ClientPool;
import dev.weir.pool.ClientShard;
import dev.weir.pool.PoolKey;
import dev.weir.pool.Pools;
import dev.weir.pool.Waiter;
import dev.weir.protocol.CancelKey;
import dev.weir.route.LoopRoutes;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The sessions and the replication clients of this process. */
public final class Sessions implements Reloadable {
    private static final long TICK_MILLIS = 333;
    private static final long SHUTDOWN_MILLIS_MAX = 1_000;

    private final SessionContext context;
    private final Map<EventLoop, PerLoop> loops = new IdentityHashMap<>();
    private final Replication.Listener replicationListener = new ReplicationListener();
    private final Session.Closed sessionListener = this::closed;
    private volatile boolean suspended;

    /** What belongs to one loop. */
    private static final class PerLoop {
        private final Set<Session> sessions = new LinkedHashSet<>();
        private final Set<Replication> replications = new LinkedHashSet<>();
    }

    /**
     * @param clusters gives the cluster of a database that has several nodes
     * @param background runs what would block a loop
     */
    public Sessions(
            Config config,
            CancelSender cancelSender,
            List<EventLoop> all,
            Function<String, @Nullable Cluster> clusters,
            RandomGenerator random,
            Consumer<Runnable> background) {
        this.context = new SessionContext(config, cancelSender, all, clusters, random, background);
        for (EventLoop loop : all) {
            loops.put(loop, new PerLoop());
        }
        for (EventLoop loop : all) {
            loop.scheduleAtFixedRate(
                    () -> tick(loop), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /**
     * Starts a session on the shard's loop, where the channel is registered, with auto-read off and
     * no read outstanding.
     *
     * @param early what the client has sent already; taken over
     */
    void open(Channel channel, ClientHello hello, ClientShard shard, @Nullable ByteBuf early) {
        assert shard.loop().inEventLoop();
        if (!channel.isActive()) {
            shard.pool().leave(shard);
            if (early != null) {
                early.release();
            }
            return;
        }
        if (hello.replication() != null) {
            replicate(new ChannelPort(channel), hello, shard, early);
            return;
        }
        var port = new ChannelPort(channel);
        Session session = open(port, hello, shard);
        port.open(session);
        session.start(early);
        if (suspended) {
            session.suspend(true);
        }
    }

    /** Creates the session of a client that was counted in at the shard; on the shard's loop. */
    private Session open(ClientPort port, ClientHello hello, ClientShard shard) {
        PoolKey key = shard.pool().key();
        ClientHello lean = hello.sharing(key.user(), key.database());
        var session = new Session(context, port, lean, shard, sessionListener);
        perLoop(shard.loop()).sessions.add(session);
        return session;
    }

    /**
     * Has the catalog of a pool's database read now, on a connection of the pool.
     *
     * @return complete when it is known; whoever stops waiting for it cancels it
     */
    public CompletableFuture<Void> learnCatalog(ClientPool pool) {
        ClientShard shard = pool.shards().getFirst();
        var known = new CompletableFuture<Void>();
        CatalogErrand errand =
                context.learnCatalog(pool, shard, () -> known.complete(null), known::isDone);
        shard.loop().execute(errand::look);
        return known;
    }

    private void closed(Session session, String reason) {
        perLoop(session.loop()).sessions.remove(session);
        session.shard().pool().leave(session.shard());
    }

    private final class ReplicationListener implements Replication.Listener {
        @Override
        public void refused(Replication replication, Refusal why) {
            context.failed(replication.hello(), why);
        }

        @Override
        public void closed(Replication replication, String reason) {
            perLoop(replication.loop()).replications.remove(replication);
            long age = replication.nanoTime() - replication.startedNanos();
            context.closed(replication.hello(), reason, age);
        }
    }

    private void replicate(
            ChannelPort port, ClientHello hello, ClientShard shard, @Nullable ByteBuf early) {
        var replication = new Replication(port, hello, shard, early, replicationListener);
        perLoop(shard.loop()).replications.add(replication);
        port.open(replication);
        replication.start();
    }

    /**
     * Cancels what the holder of a key runs; a wrong key does nothing and reveals nothing.
     *
     * @param done see {@link dev.weir.login.Service#cancel}
     */
    public boolean cancel(CancelKey key, Runnable done) {
        CancelRegistry.Holder holder = context.cancels().find(key);
        if (holder == null) {
            return false;
        }
        holder.cancel(done);
        return true;
    }

    /**
     * The clients of a loop, including replication; on that loop.
     *
     * @param sinceNanos since when each waiter has waited for a server connection
     */
    public List<ClientSnapshot> clients(EventLoop loop, Map<Waiter, Long> sinceNanos) {
        assert loop.inEventLoop();
        PerLoop mine = perLoop(loop);
        long now = loop.ticker().nanoTime();
        var all = new ArrayList<ClientSnapshot>(mine.sessions.size());
        for (Session session : mine.sessions) {
            all.add(session.snapshot(waited(sinceNanos.get(session.waiter()), now)));
        }
        for (Replication replication : mine.replications) {
            all.add(replication.snapshot(waited(sinceNanos.get(replication), now)));
        }
        return all;
    }

    private static long waited(@Nullable Long sinceNanos, long now) {
        return sinceNanos == null ? 0 : now - sinceNanos;
    }

    /** The clients of a loop that hold a server connection, by its id; on that loop. */
    public Map<Long, ClientSnapshot> holders(EventLoop loop) {
        assert loop.inEventLoop();
        PerLoop mine = perLoop(loop);
        var all = new HashMap<Long, ClientSnapshot>();
        for (Session session : mine.sessions) {
            if (session.isLeased()) {
                put(all, session.snapshot(0));
            }
        }
        mine.replications.forEach(replication -> put(all, replication.snapshot(0)));
        return all;
    }

    private static void put(Map<Long, ClientSnapshot> all, ClientSnapshot client) {
        ClientSnapshot.Server server = client.server();
        if (server != null) {
            all.put(server.id(), client);
        }
    }

    /** How many clients each user has on a loop, without replication clients; on that loop. */
    public Map<String, Integer> clientsByUser(EventLoop loop) {
        assert loop.inEventLoop();
        var counts = new HashMap<String, Integer>();
        for (Session session : perLoop(loop).sessions) {
            counts.merge(session.hello().user(), 1, Integer::sum);
        }
        return counts;
    }

    /** The most that any client of a loop uses of each limit of clients; on that loop. */
    public Map<Limit, Long> mostOfAnyClient(EventLoop loop) {
        assert loop.inEventLoop();
        var most = new EnumMap<Limit, Long>(Limit.class);
        for (Session session : perLoop(loop).sessions) {
            session.uses((limit, amount) -> most.merge(limit, amount, Math::max));
        }
        return most;
    }

    void forEach(EventLoop loop, Consumer<Session> visitor) {
        assert loop.inEventLoop();
        for (Session session : new ArrayList<>(perLoop(loop).sessions)) {
            visitor.accept(session);
        }
    }

    public Set<EventLoop> loops() {
        return loops.keySet();
    }

    /** Ends the clients on a loop whose pool {@code which} accepts; on that loop. */
    public void kill(EventLoop loop, Predicate<PoolKey> which, ProxyError why) {
        forEach(
                loop,
                session -> {
                    if (which.test(session.poolKey())) {
                        session.kill(why);
                    }
                });
        for (Replication replication : new ArrayList<>(perLoop(loop).replications)) {
            if (which.test(replication.shard().pool().key())) {
                replication.kill(why);
            }
        }
    }

    /** Ends the client with this id if it lives on the loop; on that loop. */
    public boolean kill(EventLoop loop, long id, ProxyError why) {
        assert loop.inEventLoop();
        PerLoop mine = perLoop(loop);
        for (Session session : mine.sessions) {
            if (session.hello().id() == id) {
                session.kill(why);
                return true;
            }
        }
        for (Replication replication : mine.replications) {
            if (replication.hello().id() == id) {
                replication.kill(why);
                return true;
            }
        }
        return false;
    }

    /** Cancels what the client with this id runs, if it lives on the loop; on that loop. */
    public boolean cancelClient(EventLoop loop, long id) {
        assert loop.inEventLoop();
        for (Session session : perLoop(loop).sessions) {
            if (session.hello().id() == id) {
                session.cancel(() -> {});
                return true;
            }
        }
        return false;
    }

    /** Stops reading from the clients of a loop, or resumes: SUSPEND. On that loop. */
    public void suspend(EventLoop loop, boolean on) {
        suspended = on;
        forEach(loop, session -> session.suspend(on));
    }

    /** Whether everything written to the clients of a loop has reached the kernel. */
    public boolean isFlushed(EventLoop loop) {
        assert loop.inEventLoop();
        for (Session session : perLoop(loop).sessions) {
            if (!session.isFlushed()) {
                return false;
            }
        }
        return true;
    }

    /** Ends the clients of a loop that have not taken everything written to them; on that loop. */
    public void killUnflushed(EventLoop loop) {
        forEach(
                loop,
                session -> {
                    if (!session.isFlushed()) {
                        session.kill(ProxyError.SUSPEND_TIMEOUT);
                    }
                });
    }

    /** Ends every session: the process ends. */
    public void close() {
        for (EventLoop loop : loops.keySet()) {
            loop.submit(() -> kill(loop, _ -> true, ProxyError.ADMIN_SHUTDOWN))
                    .awaitUninterruptibly(SHUTDOWN_MILLIS_MAX);
        }
    }

    @Override
    public Runnable prepare(Config next) {
        return () -> context.config(next);
    }

    private PerLoop perLoop(EventLoop loop) {
        PerLoop mine = loops.get(loop);
        if (mine == null) {
            throw new IllegalArgumentException("a loop that is not ours: " + loop);
        }
        return mine;
    }

    private void tick(EventLoop loop) {
        PerLoop mine = perLoop(loop);
        context.onLoop(loop).clock().advance();
        SessionLimits limits = context.limits();
        for (Session session : new ArrayList<>(mine.sessions)) {
            session.expire(limits);
        }
        for (Replication replication : new ArrayList<>(mine.replications)) {
            replication.expire();
        }
    }

    /** What the routing sessions of a loop share. */
    public LoopRoutes routes(EventLoop loop) {
        return context.onLoop(loop).routes();
    }

    /**
     * Forgets what was kept for a pool that is gone. May be called by any thread.
     *
     * @param pools the present pools
     */
    public void forget(PoolKey gone, Pools pools) {
        context.forget(gone, pools);
    }

    /** The catalogs of all databases that have had clients, by database. */
    public Map<String, Catalog> catalogs() {
        return context.catalogs();
    }
}
