package dev.weir.pool;

import dev.weir.backend.NodeCheck;
import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerFailure;
import dev.weir.config.LoadBalanceHosts;
import dev.weir.config.ServerAddress;
import dev.weir.config.Settings;
import dev.weir.log.ConnectionName;
import dev.weir.pool.Outages.Outage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hosts that the connections of a {@link NodePool} go to: which one is tried next, and which
 * cannot be reached now. Any thread may ask.
 */
final class Hosts {
    private static final Logger log = LoggerFactory.getLogger(Hosts.class);

    /** The longest pause after a failure of Weir's own; asking for a socket costs nothing. */
    private static final Duration OWN_PAUSE_MAX = Duration.ofSeconds(1);

    /** How long a client waits that comes after {@code hold} is over. */
    private static final Duration HOLD_OVER = Duration.ofSeconds(1);

    private final PoolKey key;
    private final Supplier<Terms> terms;
    private final Surroundings surroundings;
    private final Outages outages;
    private final AtomicInteger turn = new AtomicInteger();
    private final Held held;
    private final AtomicBoolean saysNotIdentified = new AtomicBoolean();

    /** Null unless all hosts were away and have just come back. */
    private volatile @Nullable Ramp ramp;

    /**
     * @param terms the current terms
     */
    Hosts(PoolKey key, Supplier<Terms> terms, Surroundings surroundings) {
        this.key = key;
        this.terms = terms;
        this.surroundings = surroundings;
        this.held = new Held(surroundings.allowance().held());
        this.outages = new Outages(surroundings.clock()::nanoTime, this::credentialVersion);
    }

    private long credentialVersion() {
        return surroundings.opener().credentialVersion(terms.get().database(), key.user());
    }

    private List<ServerAddress> all() {
        return terms.get().hosts(key.node());
    }

    /** Whether a host of this name is among them. */
    boolean has(String name) {
        for (ServerAddress address : all()) {
            if (address.host().equals(name)) {
                return true;
            }
        }
        return false;
    }

    /** The next host that may be tried: in turn, or always the same until it cannot be reached. */
    ServerAddress next() {
        List<ServerAddress> all = all();
        int now = staysAtOne() ? turn.get() : turn.getAndIncrement();
        for (int i = 0; i < all.size(); i++) {
            ServerAddress host = all.get(Math.floorMod(now + i, all.size()));
            if (outages.mayTry(host)) {
                return host;
            }
        }
        return all.get(Math.floorMod(now, all.size()));
    }

    private boolean staysAtOne() {
        return terms.get().settings().loadBalanceHosts() == LoadBalanceHosts.DISABLE;
    }

    /** Why no new connection can be opened now; null if one may be tried. */
    @Nullable ServerFailure outage() {
        return outages.why(all());
    }

    /** The outage, if no host could be reached when last tried; null if one may be reachable. */
    @Nullable Outage absence() {
        return outages.absence(all());
    }

    /** Whether a host could not be reached when last tried. */
    boolean isAway(ServerAddress host) {
        Outage outage = outages.of(host);
        return outage != null && outage.failure().isAbsence();
    }

    /** Whether no host could be used when last tried, and it is time to see if one is back. */
    boolean isProbeDue() {
        return outages.isProbeDue(all());
    }

    /**
     * How long a client waits at most while there is no connection and none can be opened.
     *
     * @param failure why none can be opened
     */
    long patienceNanos(ServerFailure failure) {
        Outage absence = failure.isAbsence() ? absence() : null;
        if (!failure.isAbsence()) {
            return 0;
        }
        Duration hold = terms.get().settings().hold();
        if (hold.isNegative()) {
            return Long.MAX_VALUE;
        }
        return patienceNanos(
                hold, absence == null ? 0 : surroundings.clock().nanoTime() - absence.sinceNanos());
    }

    /**
     * How long a client waits at most in an outage of this age, in nanoseconds.
     *
     * @param hold not negative
     */
    static long patienceNanos(Duration hold, long age) {
        long most = hold.toNanos();
        return age < most ? Long.MAX_VALUE : Math.min(most, HOLD_OVER.toNanos());
    }

    /**
     * Whether one more connection may be opened now.
     *
     * @param now how many there are
     * @param opening how many of them are being opened
     */
    boolean mayOpen(int now, int opening) {
        if (isProbeDue()) {
            return opening < all().size();
        }
        Ramp begun = ramp;
        if (begun == null) {
            return true;
        }
        int most = begun.most(surroundings.clock().nanoTime());
        if (most == Integer.MAX_VALUE) {
            ramp = null;
        }
        return now < most;
    }

    /** Whether a host other than this one may be tried now. */
    boolean mayTryAnother(ServerAddress host) {
        return outages.mayTryAnother(host, all());
    }

    /**
     * A connection could not be opened. Returns how long to wait before the next try; null if the
     * failure was known already.
     */
    @Nullable Duration failed(ServerAddress host, ServerFailure failure) {
        Terms now = terms.get();
        Duration most = failure.isOurs() ? OWN_PAUSE_MAX : now.retryPauseMax();
        if (failure.isRefusedLogin()) {
            most = now.settings().serverLoginRetry();
        }
        Outage outage = outages.failed(host, all(), failure, most);
        if (outage == null) {
            return null; // it has been logged already
        }
        if (!failure.isOurs()) {
            ramp = null;
            if (staysAtOne()) {
                turn.getAndIncrement();
            }
            doubt();
        }
        boolean isKnown = failure.isAbsence() || failure.isOurs();
        if (outage.isNew() || !isKnown) {
            log.warn(
                    "{} pool={} host={} sqlstate={} error=\"{}\" retry_ms={}",
                    event(failure),
                    this,
                    host,
                    failure.sqlState(),
                    failure.message(),
                    outage.pause().toMillis());
            logAsPgBouncer(host, failure);
        }
        return outage.pause();
    }

    /** Logs the same in PgBouncer's words, which scripts look for. */
    private void logAsPgBouncer(ServerAddress host, ServerFailure failure) {
        if (failure.isOurs()) {
            return;
        }
        if (failure.step() == ServerFailure.Step.LOGIN) {
            log.warn(
                    "server login failed: {} {}",
                    failure.severity(),
                    failure.message().replaceFirst("^server login failed: ", ""));
        }
        if (surroundings.config().get().get(Settings.LOG_DISCONNECTIONS)) {
            log.info(
                    "{} closing because: {} (age=0s)",
                    ConnectionName.server(0, key.database(), key.user(), null)
                            .replaceFirst(
                                    "unix$",
                                    host.isUnix() ? "unix:" + host.port() : host.toString()),
                    failure.step().words());
        }
    }

    private static String event(ServerFailure failure) {
        if (failure.isOurs()) {
            return "server_not_asked";
        }
        return failure.isAbsence() ? "server_unreachable" : "server_login_refused";
    }

    /**
     * A connection was opened. Returns whether that was impossible before.
     *
     * @param size how many connections there are now
     */
    boolean reached(ServerConnection connection, int size) {
        ServerAddress host = connection.target().address();
        boolean wereAway = absence() != null;
        Outage ended = outages.reached(host);
        if (ended == null) {
            return false;
        }
        long now = surroundings.clock().nanoTime();
        if (wereAway) {
            ramp = new Ramp(now, size);
        }
        log.info(
                "server_reachable pool={} host={} pid={} after_ms={} waited={}",
                this,
                host,
                connection.processId(),
                TimeUnit.NANOSECONDS.toMillis(now - ended.sinceNanos()),
                wereAway ? held.takeTotal() : 0);
        return true;
    }

    /** What a server must be that answers at the address of the node; null if there is no node. */
    @Nullable NodeCheck identity() {
        Nodes nodes = terms.get().nodes();
        return nodes == null || isElsewhere()
                ? null
                : new NodeIdentity(key.node(), nodes, this::toString, saysNotIdentified);
    }

    /** The clients that wait for a host to come back. */
    Held held() {
        return held;
    }

    /** What is known of the hosts that could not be used when last tried. */
    List<OutageSnapshot> snapshots() {
        if (outages.areNone()) {
            return List.of();
        }
        var list = new ArrayList<OutageSnapshot>();
        long now = surroundings.clock().nanoTime();
        for (ServerAddress host : all()) {
            Outage outage = outages.of(host);
            if (outage != null) {
                list.add(
                        new OutageSnapshot(
                                key,
                                host,
                                now - outage.sinceNanos(),
                                outage.tries(),
                                outage.failure(),
                                held.now()));
            }
        }
        return list;
    }

    /** Forgets all outages. */
    void forgive() {
        outages.clear();
        held.takeTotal();
    }

    /** The server has ended a connection. */
    void ended(ServerConnection connection) {
        ServerFailure farewell = connection.farewell();
        Nodes nodes = terms.get().nodes();
        boolean mayBeAway = farewell == null || farewell.isAbsence();
        if (mayBeAway && nodes != null && !isElsewhere()) {
            nodes.endsConnection(key.node());
        } else {
            doubt();
        }
    }

    private boolean isElsewhere() {
        return key.node() == PoolKey.NO_NODE;
    }

    /** Allows a server that was away to be tried now; false if none was. */
    boolean retry() {
        return absence() != null && outages.retry();
    }

    /** This server takes over the clients of one that is away: the pool grows step by step. */
    void takesOver(int size) {
        ramp = new Ramp(surroundings.clock().nanoTime(), size + 1);
    }

    /** Something happened that casts doubt on the state of the node. */
    void doubt() {
        Nodes nodes = terms.get().nodes();
        if (nodes != null && !isElsewhere()) {
            nodes.hint(key.node());
        }
    }

    /** The pool's name in the log. */
    @Override
    public String toString() {
        String name = key.database() + "/" + key.user();
        return key.node() == PoolKey.NO_NODE ? name : name + "@" + all().getFirst();
    }
}
