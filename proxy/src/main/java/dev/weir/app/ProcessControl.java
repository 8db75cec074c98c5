package dev.weir.app;

import dev.weir.auth.Users;
import dev.weir.cluster.Clusters;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.Problem;
import dev.weir.login.LoginResult;
import dev.weir.login.Peers;
import dev.weir.metrics.Readings;
import dev.weir.net.Clock;
import dev.weir.net.HostNames;
import dev.weir.observe.Control;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The process, as controlled from the console. */
final class ProcessControl implements Control {
    private static final Logger log = LoggerFactory.getLogger(ProcessControl.class);

    /** Reading files blocks, and RELOAD is rare. */
    private static final Executor READERS =
            task -> Thread.ofVirtual().name("weir-reload").start(task);

    private final CurrentConfig config;
    private final Users users;
    private final HostNames names;
    private final Clusters clusters;
    private final Peers peers;
    private volatile Reloaded lastReload = new Reloaded(true, Clock.system().now());
    private volatile @Nullable Weir weir;

    ProcessControl(
            CurrentConfig config, Users users, HostNames names, Clusters clusters, Peers peers) {
        this.config = config;
        this.users = users;
        this.names = names;
        this.clusters = clusters;
        this.peers = peers;
    }

    /** Sets the Weir that is controlled; the console is created before it is complete. */
    void controls(Weir made) {
        weir = made;
    }

    @Override
    public Config config() {
        return config.get();
    }

    @Override
    public Users users() {
        return users;
    }

    @Override
    public HostNames names() {
        return names;
    }

    @Override
    public Clusters clusters() {
        return clusters;
    }

    @Override
    public Peers peers() {
        return peers;
    }

    @Override
    public String version() {
        return Version.TEXT;
    }

    @Override
    public int clients() {
        Weir running = weir;
        return running == null ? 0 : running.reception().clients();
    }

    @Override
    public int logins() {
        Weir running = weir;
        return running == null ? 0 : running.reception().logins();
    }

    @Override
    public CompletableFuture<Readings> loginTimes() {
        Weir running = weir;
        return running == null
                ? CompletableFuture.completedFuture(Readings.ZERO)
                : running.reception().loginTimes();
    }

    @Override
    public Map<LoginResult, Long> loginResults() {
        Weir running = weir;
        return running == null ? Map.of() : running.reception().loginResults();
    }

    // --- configuration ------------------------------------------------------------------------

    @Override
    public CompletableFuture<Change> reload() {
        log.info("RELOAD command issued");
        return change(
                        "RELOAD",
                        () -> {
                            config.reload();
                            return texts(config.get().postponed());
                        })
                .whenComplete((change, _) -> {
                    boolean isMade = change != null && change.isMade();
                    Instant read = isMade ? Clock.system().now() : lastReload.read();
                    lastReload = new Reloaded(isMade, read);
                });
    }

    @Override
    public Reloaded lastReload() {
        return lastReload;
    }

    @Override
    public CompletableFuture<Change> set(String name, String value) {
        return change(
                "SET " + name,
                () -> {
                    List<String> notices = new ArrayList<>(texts(config.set(name, value)));
                    if (!notices.isEmpty()) {
                        notices.addFirst(waits(name));
                        notices.forEach(notice -> log.warn("SET {}: {}", name, notice));
                    }
                    return notices;
                });
    }

    /** A value that does not fit the others yet; PgBouncer's words where it has some. */
    private static String waits(String name) {
        return name.contains("_tls_")
                ? "TLS settings could not be applied, still using old configuration"
                : name + " is stored, but has no effect until it fits the other settings";
    }

    private interface Attempt {
        /** Returns what has no effect yet. */
        List<String> make() throws ConfigException;
    }

    private CompletableFuture<Change> change(String command, Attempt attempt) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return new Change(List.of(), attempt.make());
                    } catch (ConfigException e) {
                        return failed(command, texts(e.problems()));
                    } catch (IllegalArgumentException e) {
                        return failed(command, List.of(String.valueOf(e.getMessage())));
                    }
                },
                READERS);
    }

    private static List<String> texts(List<Problem> problems) {
        return problems.stream().map(Problem::toString).toList();
    }

    private static Change failed(String command, List<String> problems) {
        problems.forEach(problem -> log.warn("{}: {}", command, problem));
        log.warn("{} failed, the old configuration goes on", command);
        return new Change(problems, List.of());
    }

    // --- the end ------------------------------------------------------------------------------

    @Override
    public void accepts(boolean on) {
        Weir running = weir;
        if (running != null) {
            running.accepts(on);
        }
    }

    @Override
    public void shutDown(Shutdown how) {
        Weir running = weir;
        if (running != null) {
            log.info("SHUTDOWN{} command issued", how == Shutdown.IMMEDIATE ? "" : " " + how);
            running.shutDown(how);
        }
    }

    @Override
    public boolean isShuttingDown() {
        Weir running = weir;
        return running != null && running.isShuttingDown();
    }
}
