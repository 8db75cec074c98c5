package dev.weir.pool;

import dev.weir.backend.CancelSender;
import dev.weir.backend.Opener;
import dev.weir.backend.ParameterSet;
import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerFailure;
import dev.weir.backend.ServerTarget;
import dev.weir.backend.Statements;
import dev.weir.config.PoolSettings;
import dev.weir.config.ServerAddress;
import dev.weir.config.Setting;
import dev.weir.config.Settings;
import dev.weir.error.EndReason;
import dev.weir.error.Refusal;
import dev.weir.log.ConnectionName;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server connections of one database and user to one place: a node, or the hosts of {@code
 * host=}. It has a {@link NodeShard} for each shard of its {@link ClientPool}, on the same loop.
 *
 * <p>This state is shared by loops and touched only when a connection is opened or closed, and when
 * a shard starves; the data plane runs in the shards (docs/adr/0001).
 */
public final class NodePool {
    private static final Logger log = LoggerFactory.getLogger(NodePool.class);

    private final PoolKey key;
    private final Owner owner;
    private final Surroundings surroundings;
    private final Quota quota;
    private final Hosts hosts;
    private final ResetValues resetValues;
    private final List<NodeShard> shards = new CopyOnWriteArrayList<>();
    private volatile boolean hasBeenReached;
    private final AtomicInteger alive = new AtomicInteger();
    private final AtomicInteger opening = new AtomicInteger();
    private volatile Terms terms;

    /** The pool of clients that the connections belong to. Any thread may call it. */
    interface Owner {
        /** Whether there are clients that may want a connection. */
        boolean hasClients();

        /** Whether the minimum of connections is to be kept. */
        boolean wantsMinimum();

        /**
         * A server reports this at a login, or would do so now.
         *
         * @param except the parameters that the login itself set
         */
        void greeted(ParameterSet toldAtLogin, ParameterSet except);

        /** The last connection of this pool was closed. */
        void lost();
    }

    NodePool(PoolKey key, Owner owner, Terms terms, Quota quota, Surroundings surroundings) {
        this.key = key;
        this.owner = owner;
        this.terms = terms;
        this.quota = quota;
        this.surroundings = surroundings;
        this.hosts = new Hosts(key, () -> this.terms, surroundings);
        this.resetValues = new ResetValues(surroundings.clock().nanoTime());
    }

    public PoolKey key() {
        return key;
    }

    public PoolSettings settings() {
        return terms.settings();
    }

    Surroundings surroundings() {
        return surroundings;
    }

    Opener opener() {
        return surroundings.opener();
    }

    CancelSender cancels() {
        return surroundings.cancels();
    }

    /** What keeps clients from its connections. */
    Gate gate() {
        return surroundings.gates().of(key.database(), key.node());
    }

    /** How many server connections there are, in any state. */
    public int size() {
        return quota.used();
    }

    /** How many of them are being opened. */
    public int opening() {
        return opening.get();
    }

    void opening(int more) {
        opening.addAndGet(more);
    }

    // --- shards -------------------------------------------------------------------------------

    /** Adds the shard that belongs to the next shard of clients. */
    void addShard(Demand demand, EventLoop loop, Statements statements) {
        var shard = new NodeShard(this, shards.size(), demand, loop, statements);
        shards.add(shard);
        loop.execute(shard::gateMoved); // the gate may have moved before it was in the list
    }

    List<NodeShard> shards() {
        return shards;
    }

    NodeShard shard(int index) {
        return shards.get(index);
    }

    /** Runs an action on each shard, on its loop. */
    void onShards(Consumer<NodeShard> action) {
        for (NodeShard shard : shards) {
            shard.loop().execute(() -> action.accept(shard));
        }
    }

    // --- limits and hunger --------------------------------------------------------------------

    /** Takes a permit to open a connection for a shard. */
    boolean takePermit(boolean reserve) {
        Terms now = terms;
        Quota.Answer answer = quota.tryTake(now.settings(), reserve, now.isExempt());
        askOthers(answer);
        boolean isTaken = answer == Quota.Answer.TAKEN;
        if (isTaken && reserve && quota.used() > now.settings().poolSize()) {
            log.warn("{}: taking connection from reserve_pool", hosts);
        }
        return isTaken;
    }

    /** Takes a permit for a connection besides those that are leased. */
    boolean takePermitBeside() {
        Terms now = terms;
        Quota.Answer answer = quota.tryTakeBeside(now.settings(), now.isExempt());
        askOthers(answer);
        return answer == Quota.Answer.TAKEN;
    }

    /** At a limit that spans pools, makes one other pool under it close an idle connection. */
    private void askOthers(Quota.Answer answer) {
        boolean isOfUser = answer == Quota.Answer.USER_IS_FULL;
        if ((isOfUser || answer == Quota.Answer.DATABASE_IS_FULL)
                && quota.mayAskOthers(surroundings.clock().nanoTime())) {
            surroundings.neighbours().evictIdle(key, isOfUser, quota);
        }
    }

    void freePermitBeside() {
        quota.freeBeside();
        surroundings.neighbours().feed();
    }

    /** How many connections there are besides those that are leased. */
    int beside() {
        return quota.beside();
    }

    /** Opens a connection with this client_encoding besides those that are leased. */
    void openBeside(
            String encoding, EventLoop loop, Statements statements, Opener.Opening opening) {
        var startup = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        startup.putAll(terms.startup());
        startup.put("client_encoding", encoding);
        opener().open(nextTarget(startup), loop, statements, opening);
    }

    boolean has(Quota one) {
        return quota == one;
    }

    void freePermit() {
        quota.free();
        feed();
        PoolSettings now = settings();
        if (now.maxDbConnections() > 0 || now.maxUserConnections() > 0) {
            surroundings.neighbours().feed();
        }
    }

    /** Tells hungry shards that a permit may be free. */
    void feed() {
        quota.gaveWay();
        long who = quota.takeHungry();
        for (int i = 0; who != 0 && i < shards.size(); i++) {
            if ((who & 1L << i) != 0) {
                NodeShard shard = shards.get(i);
                shard.loop().execute(shard::fill);
            }
        }
    }

    /** A shard has waiting clients and found no permit: others close what they do not use. */
    void starves(int index) {
        if (quota.starves(index)) {
            for (int i = 0; i < shards.size(); i++) {
                if (i != index) {
                    NodeShard other = shards.get(i);
                    other.loop().execute(other::evictIdle);
                }
            }
        }
    }

    void noteFed(int index) {
        quota.noteFed(index);
    }

    boolean anotherStarves(int index) {
        return quota.anotherStarves(index);
    }

    int fairShare() {
        return Quota.fairShare(settings().poolSize(), shards.size());
    }

    /**
     * Closes one idle connection, on whichever shard has one.
     *
     * @param none run if no shard has one
     */
    void evictIdle(Runnable none) {
        evictIdle(0, none);
    }

    private void evictIdle(int from, Runnable none) {
        if (from == shards.size()) {
            none.run();
            return;
        }
        NodeShard shard = shards.get(from);
        shard.loop()
                .execute(() -> {
                    if (!shard.evictIdle()) {
                        evictIdle(from + 1, none);
                    }
                });
    }

    // --- reaching the server ------------------------------------------------------------------

    /** Takes the right to open a connection with a client's startup parameters; else false. */
    boolean mayOpenWith(ParameterSet wanted) {
        if (wanted.isEmpty()) {
            return false;
        }
        long now = surroundings.clock().nanoTime();
        return resetValues.mayOpen(wanted, settings().startupParameters(), now);
    }

    /** A server has refused a login with these parameters. */
    void refuses(ParameterSet wanted) {
        resetValues.refuse(wanted);
    }

    /** The startup parameters of a connection for clients that gave these; null if none. */
    @Nullable Map<String, String> startup(ParameterSet wanted) {
        if (wanted.isEmpty()) {
            return null;
        }
        var startup = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        startup.putAll(terms.startup());
        wanted.forEach(startup::put);
        return startup;
    }

    /** The hosts that its connections go to. */
    Hosts hosts() {
        return hosts;
    }

    /**
     * The target of the next connection: the next host that may be tried.
     *
     * @param startup sent in the startup packet; null for the pool's own startup parameters
     */
    public ServerTarget nextTarget(@Nullable Map<String, String> startup) {
        return target(hosts.next(), startup);
    }

    /** The target of a connection to this host. */
    ServerTarget target(ServerAddress host, @Nullable Map<String, String> startup) {
        Terms now = terms;
        PoolSettings settings = now.settings();
        return new ServerTarget(
                now.database(),
                host,
                key.user(),
                startup == null ? now.startup() : startup,
                settings.serverConnectTimeout(),
                settings.connectQuery(),
                new ServerTarget.LoginRules(
                        settings.serverAllowCleartext(),
                        settings.serverScramIterationsMax(),
                        hosts.identity()),
                settings.sockets());
    }

    /** Whether it is time to see if the server is back, though nobody may be waiting. */
    boolean isProbeDue() {
        return owner.hasClients() && !isRetired() && hosts.isProbeDue();
    }

    /** Whether any connection was ever opened. Any thread may ask. */
    boolean hasBeenReached() {
        return hasBeenReached;
    }

    /** A connection was opened. */
    void reached(ServerConnection connection) {
        alive.incrementAndGet();
        hasBeenReached = true;
        logOpened(connection);
        if (hosts.reached(connection, size())) {
            onShards(NodeShard::serverIsBack);
        }
        if (!connection.target().parameters().containsKey("replication")) {
            ParameterSet except = connection.resetValues();
            owner.greeted(connection.toldAtLogin(), except);
            connection.whenGreetingChanges(told -> owner.greeted(told, except));
        }
    }

    void logOpened(ServerConnection connection) {
        if (isLogged(Settings.LOG_CONNECTIONS)) {
            log.info(
                    "{} new connection to server (from {})",
                    connection.logName(),
                    ConnectionName.shown(connection.socket().local()));
        }
    }

    void logClosing(ServerConnection connection, String reason) {
        if (isLogged(Settings.LOG_DISCONNECTIONS)) {
            long age = surroundings.clock().nanoTime() - connection.openedNanos();
            log.info(
                    "{} closing because: {} (age={}s)",
                    connection.logName(),
                    reason,
                    TimeUnit.NANOSECONDS.toSeconds(age));
        }
    }

    /** A connection is being closed; logs that. */
    void closes(ServerConnection connection, String reason) {
        logClosing(connection, reason);
        if (alive.decrementAndGet() == 0) {
            owner.lost();
        }
        if (!connection.isOpen() && connection.cutOff() == null) {
            hosts.ended(connection); // by the server
        }
    }

    private boolean isLogged(Setting<Boolean> what) {
        return log.isInfoEnabled() && surroundings.config().get().get(what);
    }

    /** Whether there are connections on any loop, for which clients could wait. */
    boolean hasConnections() {
        return alive.get() > 0;
    }

    /** Whether there is no connection, because no host could be reached when last tried. */
    boolean isAway() {
        return hosts.absence() != null && !hasConnections();
    }

    /** Why no server could be reached when last tried; null if one may be reachable. */
    @Nullable ServerFailure absence() {
        Outages.Outage outage = hosts.absence();
        return outage == null ? null : outage.failure();
    }

    /** Its node has become the primary in place of another. */
    void takesOver() {
        hosts.takesOver(size());
    }

    /** The server seems to be back: it is tried at once. */
    void retry() {
        if (hosts.retry()) {
            onShards(NodeShard::fill);
        }
    }

    /** Whether the state of its hosts allows one more connection to be opened now. */
    boolean mayOpen() {
        return hosts.mayOpen(size(), opening());
    }

    /** How many connections are missing to reach the minimum. */
    int missing() {
        Terms now = terms;
        int least = now.settings().minPoolSize();
        boolean wanted = least > 0 && now.serves(key.node()) && owner.wantsMinimum();
        return wanted ? Math.max(0, least - size()) : 0;
    }

    /** Whether it belongs to a node that the database no longer has. */
    public boolean isRetired() {
        return !terms.serves(key.node());
    }

    // --- changes ------------------------------------------------------------------------------

    /** Applies new terms; connections that do not conform to them are replaced. */
    void terms(Terms next) {
        Terms before = terms;
        terms = next;
        if (next.replaceConnections(before)) {
            hosts.forgive();
            recycle(EndReason.CONFIG_CHANGED);
        }
    }

    /** Replaces every connection: idle ones now, others when they are returned. */
    void recycle(EndReason why) {
        onShards(shard -> shard.recycle(why));
    }

    /** Cuts off every connection, whoever holds it. */
    void cutOff(Refusal why) {
        onShards(shard -> shard.cutOff(why));
    }

    /** Replaces the connections to addresses that a host no longer has. */
    void abandon(String host, Set<InetAddress> addresses) {
        onShards(shard -> shard.abandon(host, addresses));
    }

    void shutDown() {
        onShards(shard -> shard.kill(EndReason.SHUTTING_DOWN.words()));
    }

    @Override
    public String toString() {
        return "NodePool[" + hosts + "]";
    }
}
