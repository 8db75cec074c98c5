package dev.weir.login;

import dev.weir.audit.Audit;
import dev.weir.auth.Hashing;
import dev.weir.auth.HostBasedAccess;
import dev.weir.config.Config;
import dev.weir.config.Settings;
import dev.weir.metrics.Limit;
import dev.weir.metrics.Readings;
import dev.weir.net.Clock;
import dev.weir.net.ConnectionIds;
import dev.weir.net.Origin;
import dev.weir.pool.Permits;
import dev.weir.protocol.CancelKey;
import dev.weir.tls.Tls;
import dev.weir.tls.TlsPolicy;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The shared state of all connections that have not logged in: admission, workers, their limit. */
public final class Reception implements ProofRun.Workers {
    /** So long a connection may take to log in though others wait for its descriptor. */
    private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Admission admission;
    private final ClientLimits limits;
    private final HostBasedAccess access;
    private final Tls tls;
    private final Hashing hashing;
    private final Hashing asking;
    private final Peers peers;
    private final List<Service> services;
    private final Audit audit;
    private final Clock clock;
    private final Permits logins = new Permits();
    private final LoginTimes times = new LoginTimes();

    /** Each slot in it holds one of {@link #logins}. */
    private final ConcurrentNavigableMap<Long, LoginSlot> slots = new ConcurrentSkipListMap<>();

    /**
     * @param hashing runs the steps that hash
     * @param asking runs the steps that wait for external services
     * @param services asked in this order about the key of a cancel request
     */
    public Reception(
            Admission admission,
            ClientLimits limits,
            HostBasedAccess access,
            Tls tls,
            Hashing hashing,
            Hashing asking,
            Peers peers,
            List<Service> services,
            Audit audit,
            Clock clock) {
        this.admission = admission;
        this.limits = limits;
        this.access = access;
        this.tls = tls;
        this.hashing = hashing;
        this.asking = asking;
        this.peers = peers;
        this.services = List.copyOf(services);
        this.audit = audit;
        this.clock = clock;
    }

    /** Whether a connection from there begins with a header of the PROXY protocol. */
    boolean isBehindProxy(@Nullable SocketAddress peer) {
        return peer instanceof InetSocketAddress inet && access.isBalancer(inet.getAddress());
    }

    Clock clock() {
        return clock;
    }

    Audit audit() {
        return audit;
    }

    Config config() {
        return admission.config();
    }

    Admission admission() {
        return admission;
    }

    /** The TLS policy for a client that comes from there: none over a Unix socket. */
    TlsPolicy tls(Origin origin) {
        return origin.address() == null ? TlsPolicy.NONE : tls.towardsClients();
    }

    @Override
    public boolean submit(Proof.Place place, Runnable step) {
        return (place == Proof.Place.ASKING ? asking : hashing).submit(step);
    }

    /**
     * Lets clients that connect over a Unix socket from now on use nothing but the console: the
     * process is about to end. A client that comes by TCP was accepted before the listeners were
     * closed.
     */
    public void closeToClients() {
        admission.closeToClients();
    }

    /** Whether there is no client, no login, and no cancel request on its way to a peer. */
    public boolean isEmpty() {
        return limits.isEmpty() && logins.used() + peers.active() == 0;
    }

    /** Whether only console clients are left, and no cancel request is on its way to a peer. */
    public boolean hasNoClients() {
        return limits.clients() + peers.active() == 0;
    }

    /**
     * Cancels what the owner of the key is running, here or at a peer.
     *
     * @param done runs when the request has been dealt with, on any thread: a client may take that
     *     for the end of it, as PostgreSQL sends the signal before it closes the connection
     */
    void cancel(CancelKey key, EventLoop loop, Runnable done) {
        for (Service service : services) {
            if (service.cancel(key, done)) {
                return;
            }
        }
        peers.passOn(key, loop, done);
    }

    long nextId() {
        return ConnectionIds.next();
    }

    /** Adds a connection that has not logged in; the oldest one makes room for it if necessary. */
    void enterLogin(LoginSlot slot) {
        slots.put(slot.id(), slot);
        if (!logins.tryTake(config().get(Settings.MAX_LOGIN_CONN))) {
            Map.Entry<Long, LoginSlot> oldest = slots.pollFirstEntry();
            limits.meters().refuses(Limit.LOGIN_CONNECTIONS);
            if (oldest != null) {
                oldest.getValue().lose(); // its permit passes to the new one
            }
        }
        limits.meters().reaches(Limit.LOGIN_CONNECTIONS, logins.used());
    }

    void leaveLogin(LoginSlot slot) {
        if (slots.remove(slot.id(), slot)) {
            logins.free();
        }
    }

    /**
     * Closes the oldest connection that has not logged in, since no descriptor is left for another
     * one. False if all have logged in, or have come just now: if each who comes were closed for
     * the next, nobody would get in.
     */
    boolean makeRoom() {
        Map.Entry<Long, LoginSlot> oldest = slots.firstEntry();
        if (oldest == null || clock.nanoTime() - oldest.getValue().sinceNanos() < GRACE_NANOS) {
            return false;
        }
        leaveLogin(oldest.getValue());
        oldest.getValue().lose();
        return true;
    }

    /** How many clients have logged in. */
    public int clients() {
        return limits.clients();
    }

    LoginTimes times() {
        return times;
    }

    /** How long logins took; may be asked on any thread. */
    public CompletableFuture<Readings> loginTimes() {
        return times.read();
    }

    LoginResults results() {
        return limits.results();
    }

    /** How many attempts to log in ended in which way; may be asked on any thread. */
    public Map<LoginResult, Long> loginResults() {
        return limits.results().read();
    }

    /** How many connections have not logged in yet. */
    public int logins() {
        return logins.used();
    }
}
