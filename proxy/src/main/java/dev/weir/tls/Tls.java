package dev.weir.tls;

import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.Problem;
import dev.weir.config.Reloadable;
import dev.weir.config.Settings;
import dev.weir.config.SslMode;
import dev.weir.config.TlsProvider;
import dev.weir.net.Loops;
import dev.weir.net.Workers;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS toward clients and toward servers: the policies for connections that begin now. They are
 * rebuilt on RELOAD and when one of their files changes; if the new ones cannot be used, the old
 * ones stay in force.
 */
public final class Tls implements Reloadable, AutoCloseable {
    private static final long WATCH_SECONDS = 5;

    /** As in PostgreSQL: every connection authenticates anew, and the server keeps no sessions. */
    private static final String TICKETS = "jdk.tls.server.enableSessionTicketExtension";

    private static final Logger log = LoggerFactory.getLogger(Tls.class);

    private final Workers workers;
    private final SslProvider provider;
    private final List<String> warnings = new ArrayList<>();
    private final Set<String> warned = new HashSet<>();
    private volatile Side clients;
    private volatile Side servers;
    private volatile Runnable serversChanged = () -> {};
    private @Nullable ScheduledFuture<?> watch;

    /** The policy of one side, and what it was made from. */
    private record Side(TlsSide settings, FileStamps stamps, TlsPolicy policy) {}

    private Tls(Config config) throws ConfigException {
        if (System.getProperty(TICKETS) == null) {
            System.setProperty(TICKETS, "false");
        }
        provider = provider(config.get(Settings.TLS_PROVIDER), warnings);
        workers =
                new Workers(
                        "weir-tls-",
                        config.get(Settings.TLS_WORKERS),
                        config.get(Settings.TLS_QUEUE));
        var problems = new ArrayList<Problem>();
        clients = make(TlsSide.ofClients(config), config, null, problems);
        servers = make(TlsSide.ofServers(config), config, null, problems);
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
    }

    /**
     * Reads the files that the configuration names; blocks.
     *
     * @throws ConfigException with everything that is wrong with them
     */
    public static Tls load(Config config) throws ConfigException {
        return new Tls(config);
    }

    private static SslProvider provider(TlsProvider choice, List<String> warnings) {
        if (choice == TlsProvider.JSSE) {
            return SslProvider.JDK;
        }
        if (OpenSsl.isAvailable()) {
            return SslProvider.OPENSSL_REFCNT;
        }
        warnings.add(
                "tls_provider: openssl does not load here, so Java's own is used, which takes"
                        + " several times the time: "
                        + OpenSsl.unavailabilityCause().getMessage()
                        + " (expected: Linux with glibc, and a directory that may be written and"
                        + " executed, -Dio.netty.native.workdir; or tls_provider = jsse)");
        return SslProvider.JDK;
    }

    // --- policies -----------------------------------------------------------------------------

    /** The policy for clients. May be called from any thread. */
    public TlsPolicy towardsClients() {
        return clients.policy;
    }

    /** The policy for servers. May be called from any thread. */
    public TlsPolicy towardsServers() {
        return servers.policy;
    }

    /**
     * When the certificates in use expire, by the prefix of the settings that name them. May be
     * called from any thread.
     */
    public Map<String, Instant> expiries() {
        Map<String, Instant> all = new TreeMap<>();
        for (Side side : List.of(clients, servers)) {
            TlsContext context = side.policy.context();
            if (context != null) {
                context.expiry().ifPresent(when -> all.put(side.settings.name(), when));
            }
        }
        return all;
    }

    /** What the operator should know, without repetitions. */
    public synchronized List<String> warnings() {
        return List.copyOf(warnings);
    }

    /** Makes {@code then} run whenever RELOAD or SET has changed the policy for servers. */
    public void onServersChanged(Runnable then) {
        serversChanged = then;
    }

    // --- changes ------------------------------------------------------------------------------

    @Override
    public synchronized Runnable prepare(Config next) throws ConfigException {
        var problems = new ArrayList<Problem>();
        Side nextClients = make(TlsSide.ofClients(next), next, clients, problems);
        Side nextServers = make(TlsSide.ofServers(next), next, servers, problems);
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return () -> {
            boolean changed = !nextServers.settings.equals(servers.settings);
            clients = nextClients;
            servers = nextServers;
            warn();
            if (changed) {
                serversChanged.run();
            }
        };
    }

    private Side make(
            TlsSide settings, Config config, @Nullable Side before, List<Problem> problems) {
        try {
            return make(settings, before);
        } catch (InvalidTls e) {
            problems.add(new Problem(config.file().toString(), 0, String.valueOf(e.getMessage())));
            return new Side(settings, new FileStamps(List.of()), TlsPolicy.NONE);
        }
    }

    /** Builds one side, unless it would be the same as before. */
    private Side make(TlsSide settings, @Nullable Side before) throws InvalidTls {
        FileStamps stamps = FileStamps.of(settings.files());
        if (before != null && before.settings.equals(settings) && before.stamps.equals(stamps)) {
            return before;
        }
        if (settings.mode() == SslMode.DISABLE) {
            return new Side(settings, stamps, TlsPolicy.NONE);
        }
        if (settings.isTowardsClients() && settings.certFile().isEmpty()) {
            throw new InvalidTls(
                    "client_tls_cert_file: missing (expected: a certificate, as client_tls_sslmode"
                            + " is not disable)");
        }
        TlsContext context = TlsContext.make(settings, provider, workers);
        for (String warning : context.warnings()) {
            if (warned.add(warning)) {
                warnings.add(warning);
            }
        }
        return new Side(settings, stamps, new TlsPolicy(settings.mode(), context));
    }

    /** Watches the files from now on, with a timer of {@code loops} and on threads of its own. */
    public void watch(Loops loops) {
        warn();
        log.info("tls_provider name={}", provider == SslProvider.JDK ? "jsse" : "openssl");
        watch =
                loops.all()
                        .getFirst()
                        .scheduleWithFixedDelay(
                                this::look, WATCH_SECONDS, WATCH_SECONDS, TimeUnit.SECONDS);
    }

    private void look() {
        try {
            workers.execute(this::refresh);
        } catch (RejectedExecutionException _) {
            log.debug("tls_files_not_looked_at reason=\"too many handshakes\"");
        }
    }

    /** Loads files that have changed. */
    synchronized void refresh() {
        clients = refreshed(clients);
        servers = refreshed(servers);
        warn();
    }

    private Side refreshed(Side side) {
        FileStamps now = FileStamps.of(side.settings.files());
        if (now.equals(side.stamps) || side.settings.mode() == SslMode.DISABLE) {
            return side;
        }
        try {
            Side next = make(side.settings, side);
            log.info("tls_files_changed side={}", side.settings.name());
            return next;
        } catch (InvalidTls e) {
            log.warn(
                    "tls_files_not_usable side={} error=\"{}\" using=\"those before\"",
                    side.settings.name(),
                    e.getMessage());
            return new Side(side.settings, now, side.policy);
        }
    }

    private synchronized void warn() {
        for (String warning : warnings) {
            log.warn("config_warning {}", warning);
        }
        warnings.clear();
    }

    @Override
    public void close() {
        ScheduledFuture<?> timer = watch;
        if (timer != null) {
            timer.cancel(false);
        }
        workers.close();
    }
}
