package dev.weir.pool;

import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerFailure;
import dev.weir.config.LoadBalanceHosts;
import dev.weir.config.ServerAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hosts that the connections of a {@link NodePool} go to: which one is next, and which cannot
 * be reached now. Any thread may ask.
 */
final class Hosts {
    private static final Logger log = LoggerFactory.getLogger(Hosts.class);

    /** After a failure that is no server's; asking for a socket costs nothing. */
    private static final Duration OWN_PAUSE_MAX = Duration.ofSeconds(1);

    private final PoolKey key;
    private final Supplier<Terms> terms;
    private final Surroundings surroundings;
    private final Outages outages;
    private final AtomicInteger turn = new AtomicInteger();

    /**
     * @param terms as they are now
     */
    Hosts(PoolKey key, Supplier<Terms> terms, Surroundings surroundings) {
        this.key = key;
        this.terms = terms;
        this.surroundings = surroundings;
        this.outages = new Outages(surroundings.clock()::nanoTime, this::credentialVersion);
    }

    private long credentialVersion() {
        return surroundings.opener().credentialVersion(terms.get().database(), key.user());
    }

    private List<ServerAddress> all() {
        return terms.get().hosts(key.node());
    }

    /** Whether one of them has this name. */
    boolean has(String name) {
        for (ServerAddress address : all()) {
            if (address.host().equals(name)) {
                return true;
            }
        }
        return false;
    }

    /** The next host that may be tried; in turn, or the same until it cannot be reached. */
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

    /** Whether none could be reached when last tried, and it is time to see if one is back. */
    boolean isProbeDue() {
        return outages.isProbeDue(all());
    }

    /** Whether another host than this one may be tried now. */
    boolean mayTryAnother(ServerAddress host) {
        return outages.mayTryAnother(host, all());
    }

    /** A connection could not be opened. */
    void failed(ServerAddress host, ServerFailure failure) {
        Terms now = terms.get();
        Duration most = failure.isOurs() ? OWN_PAUSE_MAX : now.retryPauseMax();
        if (failure.isRefusedLogin()) {
            most = now.settings().serverLoginRetry();
        }
        Duration pause = outages.failed(host, all(), failure, most);
        if (pause == null || failure.isOurs() && pause.equals(OWN_PAUSE_MAX)) {
            return; // it is logged already
        }
        if (!failure.isOurs()) {
            if (staysAtOne()) {
                turn.getAndIncrement();
            }
            doubt();
        }
        log.warn(
                "{} pool={} sqlstate={} error=\"{}\" retry_ms={}",
                event(failure),
                this,
                failure.sqlState(),
                failure.message(),
                pause.toMillis());
    }

    private static String event(ServerFailure failure) {
        if (failure.isOurs()) {
            return "server_not_asked";
        }
        return failure.isRefusedLogin() ? "server_login_refused" : "server_unreachable";
    }

    /** A connection was opened. */
    void reached(ServerConnection connection) {
        if (outages.reached(connection.target().address())) {
            log.info("server_reachable pool={} pid={}", this, connection.processId());
        }
    }

    /** Forgets what could not be reached. */
    void forgive() {
        outages.clear();
    }

    /** Something happened that lets the state of the node be doubted. */
    void doubt() {
        Nodes nodes = terms.get().nodes();
        if (nodes != null && key.node() != PoolKey.NO_NODE) {
            nodes.hint(key.node());
        }
    }

    /** The pool, as logs call it. */
    @Override
    public String toString() {
        String name = key.database() + "/" + key.user();
        return key.node() == PoolKey.NO_NODE ? name : name + "@" + all().getFirst();
    }
}
