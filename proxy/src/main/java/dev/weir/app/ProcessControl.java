package dev.weir.app;

import dev.weir.auth.Users;
import dev.weir.cluster.Clusters;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.Problem;
import dev.weir.login.Peers;
import dev.weir.metrics.Readings;
import dev.weir.net.HostNames;
import dev.weir.observe.Control;
import java.util.List;
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

    // --- configuration ------------------------------------------------------------------------

    @Override
    public CompletableFuture<Change> reload() {
        log.info("RELOAD command issued");
        return change("RELOAD", config::reload);
    }

    @Override
    public CompletableFuture<Change> set(String name, String value) {
        return change("SET " + name, () -> config.set(name, value));
    }

    private interface Attempt {
        void make() throws ConfigException;
    }

    private CompletableFuture<Change> change(String command, Attempt attempt) {
        return CompletableFuture.supplyAsync(
                () -> {
                    List<String> problems = problems(attempt);
                    if (problems.isEmpty()) {
                        List<Problem> postponed = config.get().postponed();
                        return new Change(
                                List.of(), postponed.stream().map(Problem::toString).toList());
                    }
                    problems.forEach(problem -> log.warn("{}: {}", command, problem));
                    log.warn("{} failed, the old configuration goes on", command);
                    return new Change(problems, List.of());
                },
                READERS);
    }

    private static List<String> problems(Attempt attempt) {
        try {
            attempt.make();
            return List.of();
        } catch (ConfigException e) {
            return e.problems().stream().map(Problem::toString).toList();
        } catch (IllegalArgumentException e) {
            return List.of(String.valueOf(e.getMessage()));
        }
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
