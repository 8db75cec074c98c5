package dev.weir.login;

import dev.weir.auth.Hashing;
import dev.weir.auth.HostBasedAccess;
import dev.weir.auth.Users;
import dev.weir.config.Config;
import dev.weir.config.Reloadable;
import dev.weir.config.Settings;
import dev.weir.net.Clock;
import dev.weir.net.Origin;
import dev.weir.pool.Permits;
import dev.weir.protocol.CancelKey;
import dev.weir.tls.Tls;
import dev.weir.tls.TlsPolicy;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What all logins share: the configuration of the moment, the users, the limits, the services. */
public final class Reception implements Reloadable, AutoCloseable {
    private final HostBasedAccess access;
    private final Tls tls;
    private final Hashing hashing;
    private final Hashing asking;
    private final Peers peers;
    private final List<Service> services;
    private final Clock clock;
    private final FailedLogins failedLogins;
    private final Permits clients = new Permits();
    private final Permits logins = new Permits();

    /** Who is in it has one of {@link #logins}. */
    private final ConcurrentNavigableMap<Long, LoginSlot> slots = new ConcurrentSkipListMap<>();

    private final AtomicLong ids = new AtomicLong();
    private volatile boolean closed;
    private volatile long closedNanos;
    private volatile Config config;
    private volatile Users users;

    /**
     * @param hashing runs what hashes; closed by this
     * @param asking runs what waits for somebody outside; closed by this
     * @param services asked in this order who serves a database
     */
    public Reception(
            Config config,
            Users users,
            HostBasedAccess access,
            Tls tls,
            Hashing hashing,
            Hashing asking,
            Peers peers,
            List<Service> services,
            Clock clock) {
        this.config = config;
        this.users = users;
        this.access = access;
        this.tls = tls;
        this.hashing = hashing;
        this.asking = asking;
        this.peers = peers;
        this.services = List.copyOf(services);
        this.clock = clock;
        this.failedLogins = new FailedLogins(clock);
    }

    @Override
    public Runnable prepare(Config next) {
        return () -> config = next;
    }

    /** Whether a connection from there begins with a header of the PROXY protocol. */
    boolean isBehindProxy(@Nullable SocketAddress peer) {
        return peer instanceof InetSocketAddress inet && access.isBalancer(inet.getAddress());
    }

    Clock clock() {
        return clock;
    }

    Config config() {
        return config;
    }

    Users users() {
        return users;
    }

    /** What TLS holds for a client that comes from there: none over a Unix socket. */
    TlsPolicy tls(Origin origin) {
        return origin.address() == null ? TlsPolicy.NONE : tls.towardsClients();
    }

    HostBasedAccess access() {
        return access;
    }

    /** Runs a step of a login where it belongs; false if too many wait there already. */
    boolean submit(Proof.Place place, Runnable step) {
        return (place == Proof.Place.ASKING ? asking : hashing).submit(step);
    }

    FailedLogins failedLogins() {
        return failedLogins;
    }

    /**
     * Who comes by a Unix socket from now on may use the console and nothing else: the process is
     * about to end. Whoever came by TCP was accepted before its listeners were closed.
     */
    public void closeToClients() {
        closedNanos = clock.nanoTime();
        closed = true;
    }

    /** Whether it was closed when a client came at {@code nanos}. */
    boolean wasClosedBefore(Origin origin, long nanos) {
        return closed && origin.unixPeer() != null && nanos - closedNanos > 0;
    }

    /** Whether nobody is here: no client, no login, no cancel request on its way to a peer. */
    public boolean isEmpty() {
        return clients.used() + logins.used() + peers.active() == 0;
    }

    Peers peers() {
        return peers;
    }

    /** Cancels what the holder of the key runs; false if the key is nobody's here. */
    boolean cancel(CancelKey key) {
        for (Service service : services) {
            if (service.cancel(key)) {
                return true;
            }
        }
        return false;
    }

    long nextId() {
        return ids.incrementAndGet();
    }

    /** Whether a client needs neither a proof nor a place among {@code max_client_conn}. */
    boolean trusts(ClientHello hello) {
        for (Service service : services) {
            if (service.trusts(hello)) {
                return true;
            }
        }
        return false;
    }

    @Nullable Service serving(String database) {
        for (Service service : services) {
            if (service.serves(database)) {
                return service;
            }
        }
        return null;
    }

    /** Counts a client in; false if {@code max_client_conn} are here. */
    boolean admit() {
        return clients.tryTake(config.get(Settings.MAX_CLIENT_CONN));
    }

    void leave() {
        clients.free();
    }

    /** Counts a connection in that has not logged in; the oldest makes room for it. */
    void enterLogin(LoginSlot slot) {
        slots.put(slot.id(), slot);
        if (!logins.tryTake(config.get(Settings.MAX_LOGIN_CONN))) {
            Map.Entry<Long, LoginSlot> oldest = slots.pollFirstEntry();
            if (oldest != null) {
                oldest.getValue().lose(); // its permit is the new one's
            }
        }
    }

    void leaveLogin(LoginSlot slot) {
        if (slots.remove(slot.id(), slot)) {
            logins.free();
        }
    }

    /** How many clients have logged in or are about to. */
    public int clients() {
        return clients.used();
    }

    /** How many connections have not logged in yet. */
    public int logins() {
        return logins.used();
    }

    /** Ends the workers. */
    @Override
    public void close() {
        hashing.close();
        asking.close();
    }
}
