package dev.weir.pool;

import dev.weir.backend.CatalogChanges;
import dev.weir.backend.ParameterSet;
import dev.weir.config.Database;
import dev.weir.config.PoolMode;
import dev.weir.config.PoolSettings;
import dev.weir.config.Settings;
import dev.weir.error.EndReason;
import dev.weir.error.ProxyError;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The clients of one database and user, on one or more shards, and their pools of connections: one
 * for each node, or one for the hosts of {@code host=}.
 *
 * <p>This state is shared by loops and touched only when a client comes or leaves, and when the
 * configuration changes; the data plane runs in the shards (docs/adr/0001).
 */
public final class ClientPool implements NodePool.Owner {
    /** A pool has at most one shard for each this many connections. */
    private static final int CONNECTIONS_PER_SHARD = 8;

    /** A pool adds a shard when it has more than this many clients per shard. */
    private static final int CLIENTS_PER_SHARD = 32;

    private final PoolKey key;
    private final Use use;
    private final Surroundings surroundings;
    private final Permits databasePermits;
    private final Permits userPermits;
    private final List<ClientShard> shards = new CopyOnWriteArrayList<>();
    private final NodePools nodePools = new NodePools();
    private final AtomicInteger clients = new AtomicInteger();
    private final PinPlaces places =
            new PinPlaces(() -> settings().maxPinned(), () -> settings().poolSize());
    private final Greetings greetings = new Greetings();
    private final Losses losses = new Losses();

    /** Since when no primary has been known; meaningless while one is. */
    private volatile long noPrimaryNanos;

    private volatile Terms terms;
    private volatile Life life = Life.SERVING;
    private long emptySinceNanos;
    private boolean empty;

    /*
     *   SERVING ⇄ REMOVED ──▶ GONE
     *      └──empty for long───▲
     */
    private enum Life {
        SERVING,
        /** Its database is no longer configured: its clients leave between transactions. */
        REMOVED,
        /** Forgotten: no client may enter. */
        GONE
    }

    ClientPool(
            PoolKey key,
            Use use,
            Terms terms,
            Permits databasePermits,
            Permits userPermits,
            Surroundings surroundings) {
        this.key = key;
        this.use = use;
        this.terms = terms;
        this.databasePermits = databasePermits;
        this.userPermits = userPermits;
        this.surroundings = surroundings;
        this.noPrimaryNanos = now();
        addShard();
    }

    public PoolKey key() {
        return key;
    }

    /** What its connections are for. */
    Use use() {
        return use;
    }

    public PoolSettings settings() {
        return terms.settings();
    }

    public Database database() {
        return terms.database();
    }

    /** What became of that which its clients had in progress on connections that were lost. */
    public Losses losses() {
        return losses;
    }

    /** The parameters in the startup packets of its connections, besides user and database. */
    public Map<String, String> startup() {
        return terms.startup();
    }

    public PoolMode mode() {
        return settings().mode();
    }

    /** Whether its connections go to the nodes of a cluster. */
    public boolean hasNodes() {
        return nodes() != null;
    }

    /** The nodes that its connections go to; null if they go to the hosts of {@code host=}. */
    @Nullable Nodes nodes() {
        return terms.nodes();
    }

    /** The memory that the clients of all pools may use. */
    public Allowance allowance() {
        return surroundings.allowance();
    }

    /** The changes to the catalog of its database. */
    CatalogChanges catalog() {
        return surroundings.catalog(database().dbname());
    }

    /** What keeps its clients from server connections, whichever node they go to. */
    Gate gate() {
        return surroundings.gates().of(key.database());
    }

    /** What keeps its clients from the primary, whichever node that is. */
    Gate primaryGate() {
        return surroundings.gates().ofPrimary(key.database());
    }

    /** How long a client waits before it gets a notice about that; zero = it gets none. */
    Duration waitNotify() {
        return surroundings.config().get().get(Settings.QUERY_WAIT_NOTIFY);
    }

    // --- shards and nodes ---------------------------------------------------------------------

    public List<ClientShard> shards() {
        return shards;
    }

    public List<NodePool> nodePools() {
        return nodePools.all();
    }

    private synchronized void addShard() {
        int index = shards.size();
        List<EventLoop> loops = surroundings.loops();
        EventLoop loop = loops.get(Math.floorMod(key.hashCode() + index, loops.size()));
        var shard = new ClientShard(this, index, loop);
        nodePools().forEach(pool -> pool.addShard(shard.demand(), loop, shard.statementsOfLoop()));
        shards.add(shard);
        loop.execute(shard::gateMoved); // the gate may have moved before it was in the list
    }

    /** The pool of a node, or of the hosts; created when it is first needed. */
    NodePool onNode(int node) {
        NodePool known = nodePools.find(node);
        return known == null ? create(node) : known;
    }

    private synchronized NodePool create(int node) {
        return nodePools.get(node, this::newPool); // another thread may have been first
    }

    private NodePool newPool(int node) {
        var quota = new Quota(databasePermits, userPermits);
        var pool = new NodePool(key.onNode(node), this, terms, quota, surroundings);
        for (ClientShard shard : shards) {
            pool.addShard(shard.demand(), shard.loop(), shard.statementsOfLoop());
        }
        return pool;
    }

    private void onShards(Consumer<ClientShard> action) {
        for (ClientShard shard : shards) {
            shard.loop().execute(() -> action.accept(shard));
        }
    }

    /** How many server connections there are, in any state. */
    public int size() {
        return nodePools.size();
    }

    /** How many of them are being opened. */
    public int opening() {
        return nodePools.opening();
    }

    /** How many server connections there are besides those that are leased. */
    public int beside() {
        return nodePools.beside();
    }

    RandomGenerator chance() {
        return surroundings.chance();
    }

    /** The hosts to which no connection can be opened. */
    public List<OutageSnapshot> outages() {
        return nodePools.outages();
    }

    // --- clients ------------------------------------------------------------------------------

    /**
     * Counts a new client in and returns the shard with the fewest clients; null if the pool is
     * gone.
     */
    @Nullable ClientShard enter() {
        synchronized (this) {
            if (life == Life.GONE) {
                return null;
            }
            int count = clients.incrementAndGet();
            int most = Math.min(surroundings.loops().size(), shardsMax(settings().poolSize()));
            if (shards.size() < most && count > shards.size() * CLIENTS_PER_SHARD) {
                addShard();
            }
        }
        ClientShard least = shards.getFirst();
        for (ClientShard shard : shards) {
            if (shard.clients().get() < least.clients().get()) {
                least = shard;
            }
        }
        least.clients().incrementAndGet();
        return least;
    }

    private static int shardsMax(int poolSize) {
        return poolSize == 0
                ? Long.SIZE
                : Math.clamp(poolSize / CONNECTIONS_PER_SHARD, 1, Long.SIZE);
    }

    /** Counts out a client of a shard. */
    public void leave(ClientShard shard) {
        shard.clients().decrementAndGet();
        clients.decrementAndGet();
    }

    public int clients() {
        return clients.get();
    }

    @Override
    public boolean hasClients() {
        return clients.get() > 0;
    }

    @Override
    public boolean wantsMinimum() {
        return life == Life.SERVING && (hasClients() || database().forcedUser() != null);
    }

    /** The places of sessions that are pinned to a server connection. */
    public PinPlaces places() {
        return places;
    }

    /** What the server reports to a client with these startup parameters; null if not known. */
    public @Nullable ParameterSet welcome(ParameterSet startup) {
        ParameterSet told = greetings.find(startup);
        if (told == null) {
            return isAway() ? lastWelcome(startup) : null;
        }
        return mayBePromoted(told) && greetings.isOld(now()) ? null : told;
    }

    /** What a server that is away last reported; null if it was a standby: it may be promoted. */
    private @Nullable ParameterSet lastWelcome(ParameterSet startup) {
        ParameterSet last = greetings.findLast(startup);
        return last == null || mayBePromoted(last) ? null : last;
    }

    /** How long a client waits at most while no primary is known, in nanoseconds. */
    long patienceWithoutPrimaryNanos() {
        Nodes nodes = nodes();
        Duration hold = settings().hold();
        if (nodes == null || nodes.primary() >= 0 || hold.isNegative()) {
            return Long.MAX_VALUE;
        }
        return Hosts.patienceNanos(hold, now() - noPrimaryNanos);
    }

    /** Whether clients wait because the server is away. */
    private boolean isAway() {
        Nodes nodes = nodes();
        NodePool pool = nodePools.find(nodes == null ? PoolKey.NO_NODE : nodes.primary());
        return pool != null && pool.isAway() && !settings().hold().isZero();
    }

    /**
     * Whether a server that has reported this may be a primary by now: a promoted standby reports
     * that only with its next answer. Where there are nodes, this does not matter: clients are told
     * what the database is.
     */
    public boolean mayBePromoted(ParameterSet reported) {
        return reported.isOfStandby() && terms.database().cluster() == null;
    }

    private long now() {
        return surroundings.clock().nanoTime();
    }

    /**
     * Remembers that a server accepted these startup parameters, and what it reports now.
     *
     * @param toldAtLogin what it reported at the connection's login, which set no parameters
     */
    public void learnWelcome(
            ParameterSet startup, ParameterSet reported, ParameterSet toldAtLogin) {
        greetings.learn(startup, reported, toldAtLogin, now());
    }

    /** What a server reports at a login that sets no parameters; null if that is not known. */
    public @Nullable ParameterSet greeting() {
        return greetings.login();
    }

    @Override
    public void greeted(ParameterSet toldAtLogin, ParameterSet except) {
        greetings.reported(toldAtLogin, except);
    }

    @Override
    public void lost() {
        if (!nodePools.haveConnections()) {
            greetings.doubt();
        }
    }

    // --- changes ------------------------------------------------------------------------------

    private void become(Life next) {
        assert Thread.holdsLock(this);
        assert life != Life.GONE : next;
        life = next;
    }

    /** Applies new terms; connections to a changed server are closed between transactions. */
    synchronized void terms(Terms next) {
        if (life == Life.GONE) {
            return;
        }
        become(Life.SERVING);
        Terms before = terms;
        terms = next;
        places.grant();
        if (next.replaceConnections(before)) {
            greetings.forget();
        }
        for (NodePool pool : nodePools()) {
            int node = pool.key().node();
            pool.terms(next);
            if (before.serves(node) && !next.serves(node)) {
                pool.recycle(EndReason.CONFIG_CHANGED);
                onShards(shard -> shard.nodesChanged(node));
            }
        }
    }

    /**
     * The primary has changed: clients that wait for it now wait for the new one. Connections to
     * the old one are closed, busy ones too, once there is a new one: what is committed on the old
     * one is lost.
     *
     * @param before the node that was the primary; negative if none was known
     */
    void primaryChanged(int before) {
        Nodes nodes = nodes();
        int now = nodes == null ? before : nodes.primary();
        if (now < 0) {
            noPrimaryNanos = now();
        }
        NodePool old = before < 0 ? null : nodePools.find(before);
        if (now >= 0 && before >= 0) {
            onNode(now).takesOver();
        }
        if (old != null && now >= 0 && now != before) {
            old.cutOff(ProxyError.PRIMARY_REPLACED.refusal());
        } else if (old != null && now != before) {
            old.recycle(EndReason.ADDRESS_CHANGED);
        }
        onShards(shard -> shard.nodesChanged(before));
    }

    /** A node that did not answer does so again. */
    void answersAgain(int node) {
        NodePool pool = nodePools.find(node);
        if (pool != null) {
            pool.retry();
        }
    }

    /** Its database is no longer configured. */
    synchronized void remove() {
        if (life == Life.SERVING) {
            become(Life.REMOVED);
            recycle(EndReason.DATABASE_REMOVED);
        }
    }

    /** Whether its clients are to leave as soon as they are between transactions. */
    public boolean isRemoved() {
        return life == Life.REMOVED;
    }

    boolean isGone() {
        return life == Life.GONE;
    }

    /**
     * Whether the pool can be forgotten; if so, it is gone from then on: it has neither clients nor
     * connections, and its database was removed or it has been empty for too long. A time of 0
     * means for ever. A pool for a name that no server has accepted is kept only as long as a
     * refused login is remembered, since names cost a client nothing.
     */
    synchronized boolean mayGo(long autoIdleNanos, long idleNanos) {
        long now = now();
        emptySinceNanos = empty ? emptySinceNanos : now;
        empty = isEmpty();
        long since = now - emptySinceNanos;
        long retryNanos = settings().serverLoginRetry().toNanos();
        boolean over =
                life == Life.REMOVED
                        || database().auto() && !nodePools.haveBeenReached() && since > retryNanos
                        || database().auto() && autoIdleNanos > 0 && since > autoIdleNanos
                        || idleNanos > 0 && since > idleNanos;
        if (empty && over) {
            become(Life.GONE);
        }
        return empty && over;
    }

    /** Whether it has neither clients nor connections now. */
    boolean isEmpty() {
        return clients.get() == 0 && size() == 0 && beside() == 0;
    }

    /** Whether it has been empty for longer than another, as of the last {@link #mayGo}. */
    boolean isEmptyLonger(ClientPool other) {
        return empty && (!other.empty || emptySinceNanos - other.emptySinceNanos < 0);
    }

    /** Forgets the pool if it is empty. */
    synchronized boolean goesIfEmpty() {
        if (isEmpty()) {
            become(Life.GONE);
        }
        return isGone();
    }

    /** New connections of this database begin with settings other than the existing ones have. */
    public void defaultsChanged() {
        surroundings.neighbours().renew(key.database());
    }

    /** Replaces every connection: idle ones now, others when they are returned. */
    void recycle(EndReason why) {
        greetings.forget();
        nodePools().forEach(pool -> pool.recycle(why));
    }

    /** A gate in front of it has changed. */
    void gateMoved() {
        onShards(ClientShard::gateMoved);
        nodePools().forEach(pool -> pool.onShards(NodeShard::gateMoved));
    }

    void tick() {
        onShards(ClientShard::tick);
    }

    void shutDown() {
        nodePools().forEach(NodePool::shutDown);
    }

    @Override
    public String toString() {
        return "ClientPool[" + key.database() + "/" + key.user() + "]";
    }
}
