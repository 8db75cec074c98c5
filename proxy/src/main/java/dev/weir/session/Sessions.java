package dev.weir.session;

import dev.weir.backend.CancelSender;
import dev.weir.cluster.Cluster;
import dev.weir.config.Config;
import dev.weir.config.Reloadable;
import dev.weir.config.Settings;
import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;
import dev.weir.login.ClientHello;
import dev.weir.login.ClientLog;
import dev.weir.net.LoopClock;
import dev.weir.pool.Pool;
import dev.weir.pool.PoolKey;
import dev.weir.pool.PoolShard;
import dev.weir.protocol.CancelKey;
import dev.weir.route.CausalToken;
import dev.weir.sql.StatementFacts;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The sessions of this process, and what they share. */
public final class Sessions implements Reloadable {
    private static final long TICK_MILLIS = 333;
    private static final long SHUTDOWN_MILLIS_MAX = 1_000;

    private final CancelRegistry cancels;
    private final CancelSender cancelSender;
    private final Map<EventLoop, PerLoop> loops = new IdentityHashMap<>();
    private final Function<String, @Nullable Cluster> clusters;
    private final ConcurrentHashMap<Object, CausalToken> tokens = new ConcurrentHashMap<>();
    private volatile Config config;
    private volatile boolean suspended;

    /** What belongs to one loop. */
    private static final class PerLoop {
        private final StatementFacts facts = new StatementFacts();
        private final Set<Session> sessions = new LinkedHashSet<>();
        private final Set<Replication> replications = new LinkedHashSet<>();
        private final LoopClock clock;
        private final LoopRoutes routes;

        PerLoop(EventLoop loop, RandomGenerator random) {
            this.clock = new LoopClock(loop);
            this.routes = new LoopRoutes(clock, random);
        }
    }

    /**
     * @param clusters the cluster of a database that has several nodes
     */
    public Sessions(
            Config config,
            CancelSender cancelSender,
            List<EventLoop> all,
            Function<String, @Nullable Cluster> clusters,
            RandomGenerator random) {
        this.clusters = clusters;
        this.config = config;
        this.cancelSender = cancelSender;
        this.cancels = new CancelRegistry(random);
        for (EventLoop loop : all) {
            loops.put(loop, new PerLoop(loop, random));
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
     * @param early what the client sent before; taken over
     */
    void open(Channel channel, ClientHello hello, PoolShard shard, @Nullable ByteBuf early) {
        assert shard.loop().inEventLoop();
        if (!channel.isActive()) {
            shard.pool().leave(shard);
            if (early != null) {
                early.release();
            }
            return;
        }
        if (hello.replication() != null) {
            Replication.start(this, channel, hello, shard, early);
            return;
        }
        var session = new Session(this, new ChannelPort(channel), hello, shard);
        perLoop(shard.loop()).sessions.add(session);
        channel.pipeline().addLast(new SessionHandler(session));
        session.start(early);
        if (suspended) {
            session.suspend(true);
        }
    }

    /** Cancels what the holder of a key runs; a wrong key does nothing and tells nothing. */
    public boolean cancel(CancelKey key) {
        Session session = cancels.find(key);
        if (session == null) {
            return false;
        }
        session.cancel();
        return true;
    }

    /** Calls {@code visitor} with every session, each on its loop. */
    public void forEach(EventLoop loop, Consumer<Session> visitor) {
        assert loop.inEventLoop();
        for (Session session : new ArrayList<>(perLoop(loop).sessions)) {
            visitor.accept(session);
        }
    }

    /** Calls {@code visitor} with every replication client of a loop, on that loop. */
    public void forEachReplication(EventLoop loop, Consumer<Replication> visitor) {
        assert loop.inEventLoop();
        new ArrayList<>(perLoop(loop).replications).forEach(visitor);
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

    /** Reads the clients of a loop no more, or goes on: SUSPEND. On that loop. */
    public void suspend(EventLoop loop, boolean on) {
        suspended = on;
        forEach(loop, session -> session.suspend(on));
    }

    /** Whether all that was written to the clients of a loop has reached the kernel. */
    public boolean isFlushed(EventLoop loop) {
        assert loop.inEventLoop();
        for (Session session : perLoop(loop).sessions) {
            if (!session.isFlushed()) {
                return false;
            }
        }
        return true;
    }

    /** Ends the clients of a loop to which something could not be written; on that loop. */
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
        return () -> config = next;
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
        mine.clock.advance();
        var limits = SessionLimits.of(config);
        for (Session session : new ArrayList<>(mine.sessions)) {
            session.expire(limits);
        }
        for (Replication replication : new ArrayList<>(mine.replications)) {
            replication.expire();
        }
    }

    void replicates(Replication replication) {
        perLoop(replication.loop()).replications.add(replication);
    }

    private void replicated(Replication replication) {
        perLoop(replication.loop()).replications.remove(replication);
    }

    // --- for the sessions ---------------------------------------------------------------------

    @Nullable Cluster cluster(String database) {
        return clusters.apply(database);
    }

    /** What the routing sessions of a loop share. */
    public LoopRoutes routes(EventLoop loop) {
        return perLoop(loop).routes;
    }

    /** The token of a new session in a pool: its own, or that of all in its scope. */
    CausalToken token(Pool pool) {
        return switch (pool.settings().routing().causalReads()) {
            case SESSION, OFF -> new CausalToken();
            case USER -> tokens.computeIfAbsent(pool.key(), _ -> new CausalToken());
            case GLOBAL -> tokens.computeIfAbsent(pool.key().database(), _ -> new CausalToken());
        };
    }

    StatementFacts facts(EventLoop loop) {
        return perLoop(loop).facts;
    }

    boolean refusesSimpleQuery() {
        return config.get(Settings.DISABLE_PQEXEC);
    }

    /** What every client is told after its login; empty = nothing. */
    String loginNotice() {
        return config.get(Settings.LOGIN_NOTIFY_MESSAGE);
    }

    int peerId() {
        return config.get(Settings.PEER_ID);
    }

    CancelRegistry cancels() {
        return cancels;
    }

    CancelSender cancelSender() {
        return cancelSender;
    }

    long cancelWaitMillis() {
        long millis = config.get(Settings.CANCEL_WAIT_TIMEOUT).toMillis();
        return millis == 0 ? Integer.MAX_VALUE : millis;
    }

    LoopClock clock(EventLoop loop) {
        return perLoop(loop).clock;
    }

    void failed(ClientHello hello, Refusal why) {
        ClientLog.error(config, hello.logName(), why);
    }

    void closed(Session session, ClientHello hello, String reason) {
        PerLoop mine = perLoop(session.loop());
        mine.sessions.remove(session);
        session.pool().leave(session.shard());
        long age = session.nanoTime() - session.startedNanos();
        ClientLog.closed(config, hello.logName(), reason, age);
    }

    void closed(Replication replication, String reason) {
        replicated(replication);
        long age = replication.nanoTime() - replication.startedNanos();
        ClientLog.closed(config, replication.hello().logName(), reason, age);
    }
}
