package dev.weir.login;

import dev.weir.auth.Account;
import dev.weir.auth.Demand;
import dev.weir.auth.HbaClient;
import dev.weir.auth.HbaMethod;
import dev.weir.auth.HostBasedAccess;
import dev.weir.auth.Users;
import dev.weir.config.Config;
import dev.weir.config.Database;
import dev.weir.config.Names;
import dev.weir.config.PoolSettings;
import dev.weir.config.Reloadable;
import dev.weir.config.Settings;
import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;
import dev.weir.net.Clock;
import dev.weir.net.Origin;
import dev.weir.pool.Permits;
import dev.weir.protocol.StartupRequest.StartupMessage;
import io.netty.util.concurrent.EventExecutor;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which clients may come in, as which user, and to which service. Every decision about a
 * client between its startup packet and its service is made here, from values and without its
 * connection. Thread-safe.
 */
public final class Admission implements Reloadable {
    /*
     *   greet ──▶ admit ─┬─ Trusted ─────────────────────────▶ enter
     *                    ├─ Prove ──▶ proof ─┬─ it passed ───▶ enter
     *                    │                   └─ it failed ───▶ failed
     *                    └─ Disproved ───────────────────────▶ failed
     *
     * Each step may refuse. A client that has entered has a place among max_client_conn, or at the
     * console; until then it counts towards max_login_conn only, so that strangers take no client's
     * place.
     */
    private static final Logger log = LoggerFactory.getLogger(Admission.class);

    private final Users users;
    private final HostBasedAccess access;
    private final ClientLimits limits;
    private final List<Service> services;
    private final Clock clock;
    private final FailedLogins failedLogins;
    private volatile Config config;
    private volatile @Nullable Long closedNanos;

    /**
     * What to do about a proof that failed.
     *
     * @param why the same whatever was wrong
     * @param delayNanos how long after its startup packet the client is told
     */
    public record Failure(Refusal why, long delayNanos) {}

    /**
     * @param services asked in this order whether they serve a database
     */
    public Admission(
            Config config,
            Users users,
            HostBasedAccess access,
            ClientLimits limits,
            List<Service> services,
            Clock clock) {
        this.config = config;
        this.users = users;
        this.access = access;
        this.limits = limits;
        this.services = List.copyOf(services);
        this.clock = clock;
        this.failedLogins = new FailedLogins(clock);
    }

    @Override
    public Runnable prepare(Config next) {
        return () -> config = next;
    }

    Config config() {
        return config;
    }

    Clock clock() {
        return clock;
    }

    /**
     * From now on, a client that connects over a Unix socket may use the console and nothing else:
     * the process is about to end. One that comes by TCP was accepted before the listeners closed.
     */
    void closeToClients() {
        closedNanos = clock.nanoTime();
    }

    /**
     * Reads a startup packet.
     *
     * @param id Weir's number for the connection
     */
    public Verdict<ClientHello> greet(
            long id, Origin origin, TlsFacts tls, StartupMessage message) {
        if (message.major() != Greeting.MAJOR) {
            return Verdict.refuse(
                    ProxyError.UNSUPPORTED_PROTOCOL,
                    "%d.%d: server supports 3.0 to 3.%d"
                            .formatted(message.major(), message.minor(), Greeting.MINOR_NEWEST));
        }
        if (tls.isMissing()) {
            return Verdict.refuse(ProxyError.SSL_REQUIRED);
        }
        Config now = config;
        ClientHello hello;
        try {
            List<String> ignored = now.get(Settings.IGNORE_STARTUP_PARAMETERS);
            boolean addsHost = now.get(Settings.APPLICATION_NAME_ADD_HOST);
            hello = Greeting.read(id, origin, message, ignored, addsHost);
        } catch (StartupOptions.InvalidOptions e) {
            return Verdict.refuse(ProxyError.INVALID_OPTIONS, String.valueOf(e.getMessage()));
        }
        if (hello.user().isEmpty()) {
            return Verdict.refuse(ProxyError.NO_USER);
        }
        if (!Names.isUser(hello.user())) {
            return Verdict.refuse(ProxyError.USER_NAME_TOO_LONG); // or it would be kept by caches
        }
        return Verdict.grant(hello.servedBy(now.entryName(hello.database(), tls.serverName())));
    }

    /** Decides what a client must prove. Whether its user exists makes no difference. */
    public Verdict<Terms> admit(ClientHello hello) {
        if (isTrusted(hello)) {
            return Verdict.grant(new Terms.Trusted());
        }
        Config now = config;
        if (isBlocked(hello.origin())) {
            return Verdict.refuse(ProxyError.TOO_MANY_FAILED_LOGINS);
        }
        Service service = serving(hello.database());
        boolean needsPlace = service == null || !service.boundsItsClients();
        if (needsPlace && limits.isFull(now.get(Settings.MAX_CLIENT_CONN))) {
            return Verdict.refuse(ProxyError.TOO_MANY_CLIENTS); // sooner than after its proof
        }
        return terms(hello);
    }

    /** Whether too many proofs from there have failed. */
    boolean isBlocked(Origin origin) {
        return failedLogins.isBlocked(origin, config.get(Settings.MAX_FAILED_LOGINS));
    }

    private boolean isTrusted(ClientHello hello) {
        for (Service service : services) {
            if (service.trusts(hello)) {
                return true;
            }
        }
        return false;
    }

    private Verdict<Terms> terms(ClientHello hello) {
        Origin origin = hello.origin();
        var client =
                new HbaClient(
                        origin, hello.database(), hello.user(), hello.isPhysicalReplication());
        return switch (access.of(client)) {
            case HostBasedAccess.Decision.Prove(Demand demand) -> {
                if (demand.acceptsCertificate(origin, hello.user())) {
                    yield Verdict.grant(new Terms.Prove(demand));
                }
                yield demand.method() == HbaMethod.CERT
                        ? Verdict.grant(new Terms.Disproved(demand))
                        : Verdict.refuse(ProxyError.NO_CLIENT_CERTIFICATE);
            }
            case HostBasedAccess.Decision.NoRule _ -> forbid(client, ProxyError.NO_ACCESS_RULE);
            case HostBasedAccess.Decision.Rejected _ -> forbid(client, ProxyError.ACCESS_REJECTED);
        };
    }

    private static Verdict<Terms> forbid(HbaClient client, ProxyError error) {
        Origin origin = client.origin();
        String encryption = origin.isEncrypted() ? "SSL encryption" : "no encryption";
        return Verdict.refuse(error, origin.host(), client.user(), client.database(), encryption);
    }

    /**
     * Looks the user up, and begins the proof that is demanded of it.
     *
     * @param loop {@code then} runs there, and never before this returns
     */
    void proof(
            Demand demand,
            ClientHello hello,
            TlsFacts tls,
            EventExecutor loop,
            Consumer<Verdict<Proof>> then) {
        Database entry = entry(hello, tls);
        users.find(
                hello.user(),
                entry,
                loop,
                account -> {
                    if (account instanceof Account.Unknown && demand.needsKnownUser()) {
                        ClientLog.unknown(hello);
                    }
                    then.accept(
                            account instanceof Account.Unavailable failed
                                    ? Verdict.refuse(failed.refusal())
                                    : Verdict.grant(
                                            Proofs.of(
                                                    demand,
                                                    users,
                                                    account,
                                                    entry,
                                                    hello.origin(),
                                                    tls.binding())));
                });
    }

    /**
     * How long something may take, and what the client is told then.
     *
     * @param nanos more than 0
     */
    record Limit(long nanos, Refusal why) {}

    /**
     * How long the lookup of a user may take: a login waits for the server of auth_query as a query
     * waits for its server. Null if client_login_timeout ends it sooner, or nothing does.
     */
    @Nullable Limit lookupLimit(ClientHello hello) {
        Config now = config;
        Database entry = now.database(hello.database());
        if (entry == null) {
            return null;
        }
        PoolSettings limits = now.poolSettings(entry, hello.user());
        long query = limits.queryTimeout().toNanos();
        long wait = limits.queryWaitTimeout().toNanos();
        boolean isQuery = query > 0 && (wait == 0 || query <= wait);
        long sooner = isQuery ? query : wait;
        long login = now.get(Settings.CLIENT_LOGIN_TIMEOUT).toNanos();
        if (sooner == 0 || login > 0 && login <= sooner) {
            return null;
        }
        ProxyError why = isQuery ? ProxyError.QUERY_TIMEOUT_WAITING : ProxyError.QUERY_WAIT_TIMEOUT;
        return new Limit(sooner, why.refusal());
    }

    /** The entry of the database that the client asks for; null if it is for other hosts. */
    private @Nullable Database entry(ClientHello hello, TlsFacts tls) {
        Database entry = config.database(hello.database());
        return entry == null || !entry.isFor(tls.serverName()) ? null : entry;
    }

    /** Counts a failed proof, after which logins from its address may be refused for a while. */
    public Failure failed(Demand demand, ClientHello hello) {
        return failed(
                hello.origin(),
                switch (demand.method()) {
                    case CERT, PEER, PAM, LDAP, TRUST ->
                            ProxyError.METHOD_FAILED.refusal(demand.method().title(), hello.user());
                    default -> ProxyError.AUTHENTICATION_FAILED.refusal(hello.user());
                });
    }

    /** Counts a failed proof of another kind. */
    Failure failed(Origin origin, Refusal why) {
        Config now = config;
        int failedMax = now.get(Settings.MAX_FAILED_LOGINS);
        if (failedLogins.failed(origin, failedMax)) {
            log.warn("logins_blocked from={} max_failed_logins={}", origin.host(), failedMax);
        }
        return new Failure(why, now.get(Settings.AUTH_FAILURE_DELAY).toNanos());
    }

    /**
     * A client that has come in.
     *
     * @param place freed when it leaves; null if it needs none
     */
    public record Entered(Service service, @Nullable Permits place) {}

    /**
     * Finds who serves a client that has proved who it is, or need not, and a place for it.
     *
     * @param startedNanos when its connection began, on the clock of {@link Clock#nanoTime}
     */
    public Verdict<Entered> enter(ClientHello hello, TlsFacts tls, long startedNanos) {
        Service service = serving(hello.database());
        Database entry = config.database(hello.database());
        if (service == null || entry != null && !entry.isFor(tls.serverName())) {
            return Verdict.refuse(ProxyError.NO_SUCH_DATABASE, hello.database());
        }
        if (wasClosedBefore(hello.origin(), startedNanos) && !service.servesToTheEnd()) {
            return Verdict.refuse(ProxyError.SERVER_SHUTTING_DOWN);
        }
        if (isTrusted(hello)) {
            return Verdict.grant(new Entered(service, null));
        }
        Permits place =
                service.boundsItsClients()
                        ? limits.arriveBeside()
                        : limits.arrive(config.get(Settings.MAX_CLIENT_CONN));
        return place == null
                ? Verdict.refuse(ProxyError.TOO_MANY_CLIENTS)
                : Verdict.grant(new Entered(service, place));
    }

    private @Nullable Service serving(String database) {
        for (Service service : services) {
            if (service.serves(database)) {
                return service;
            }
        }
        return null;
    }

    /** Whether it was closed when a client came at {@code nanos}. */
    private boolean wasClosedBefore(Origin origin, long nanos) {
        Long closed = closedNanos;
        return closed != null && origin.unixPeer() != null && nanos - closed > 0;
    }
}
