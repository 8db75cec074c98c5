package dev.weir.cluster;

import dev.weir.backend.ServerIdentity;
import dev.weir.config.ClusterNode;
import dev.weir.config.ClusterSettings;
import dev.weir.config.ServerAddress;
import dev.weir.net.Clock;
import dev.weir.pool.Nodes;
import dev.weir.sql.Functions;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of one configured database, each with its monitor, and the conclusions from what they
 * report.
 *
 * <p>A node keeps its index as long as this object lives. A node that RELOAD removes keeps its
 * index too, as a node that may not be used. So an index in an older snapshot never refers to
 * another server.
 */
final class WatchedCluster implements Cluster, Nodes, AutoCloseable {
    private final String name;
    private final Supplier<Clusters.Changes> changes;
    private final List<NodeState> nodes = new CopyOnWriteArrayList<>();
    private final Monitors monitors;
    private final Map<NodeState, Monitor> watching = new ConcurrentHashMap<>();
    private final Set<Runnable> awaiting = ConcurrentHashMap.newKeySet();
    private final Judgement judgement;
    private final FunctionWatch functions;
    private final StateFile state;
    private final Clock clock;
    private final Suspicion suspicion = new Suspicion();
    private final IdentityQuestions questions = new IdentityQuestions();
    private volatile boolean isSearching;
    private volatile Topology topology = Topology.UNSEEN;
    private volatile ClusterSettings settings;
    private volatile MonitorLogin login;
    private volatile @Nullable Thread ticker;

    /** The last node that was the primary; -1 if none was. */
    private int lastPrimary = -1;

    /**
     * @param changes receives the changes; on any thread
     * @param state keeps the last known primary
     */
    WatchedCluster(
            String name,
            ClusterSettings settings,
            MonitorLogin login,
            Monitors monitors,
            Supplier<Clusters.Changes> changes,
            StateFile state,
            Clock clock) {
        this.monitors = monitors;
        this.name = name;
        this.settings = settings;
        this.login = login;
        this.changes = changes;
        this.clock = clock;
        this.state = state;
        this.judgement = new Judgement(name, clock, state.get(name));
        this.functions = new FunctionWatch(this, clock);
        configure(settings, login);
    }

    // --- configuration ------------------------------------------------------------------------

    void configure(ClusterSettings next, MonitorLogin nextLogin) {
        synchronized (this) {
            boolean sameUser = next.monitorUser().equals(settings.monitorUser());
            settings = next;
            login = nextLogin;
            judgement.isOver(false);
            nodes.forEach(node -> node.isConfigured = false);
            for (ClusterNode one : next.nodes()) {
                NodeState node = node(one.address());
                node.weight = one.weight();
                node.isConfigured = true;
            }
            if (!sameUser) {
                watching.keySet().forEach(this::ignore);
            }
            watch();
            if (ticker == null) {
                ticker = Thread.ofVirtual().name("weir-cluster-" + name).start(this::tick);
                functions.start();
            }
        }
        publish(null);
    }

    /** Whether nodes are configured; RELOAD may remove them and bring them back. */
    boolean isWatching() {
        return ticker != null;
    }

    private NodeState node(ServerAddress address) {
        for (NodeState node : nodes) {
            if (node.address().equals(address)) {
                return node;
            }
        }
        var node = new NodeState(nodes.size(), address);
        nodes.add(node);
        return node;
    }

    /** Makes sure that exactly the configured nodes have a monitor. */
    private void watch() {
        for (NodeState node : nodes) {
            if (!node.isConfigured) {
                ignore(node);
            } else if (!watching.containsKey(node)) {
                watching.put(node, monitors.join(this, node));
            }
        }
    }

    private void ignore(NodeState node) {
        Monitor monitor = watching.remove(node);
        if (monitor != null) {
            monitors.leave(monitor, this);
            questions.failed(node.index());
        }
    }

    String name() {
        return name;
    }

    ClusterSettings settings() {
        return settings;
    }

    MonitorLogin login() {
        return login;
    }

    long intervalNanos() {
        return settings.lagCheckInterval().toNanos();
    }

    // --- reports of the monitors --------------------------------------------------------------

    /**
     * A node has answered.
     *
     * @param whole whether it was asked for more than its position
     */
    void seen(NodeState node, Observation now, boolean whole) {
        boolean isBack;
        synchronized (this) {
            boolean isClosed = node.isClosedYet(now);
            isBack = node.failures > 0 && !isClosed;
            if (isClosed) {
                node.failed("it was promoted, and default_transaction_read_only is on there yet");
            } else {
                node.seen(now);
                judgement.seen(nodes, node, whole, intervalNanos());
            }
        }
        publish(whole ? node : null);
        if (whole) {
            questions.answered(node.index(), now.identity(), now.startedNanos());
        }
        if (isBack) {
            changes.get().answersAgain(name, node.index());
        }
    }

    /**
     * A node has not answered.
     *
     * @param isAway whether its server seems to be away, or about to go away
     */
    void failed(NodeState node, String why, boolean isAway) {
        synchronized (this) {
            node.failed(why);
            if (isAway) {
                suspect(node.index()); // what answers at its address next may be another server
            }
        }
        publish(null);
        questions.failed(node.index());
    }

    private PrimaryChange change(int before, int primary) {
        int from = before < 0 ? lastPrimary : before;
        lastPrimary = primary < 0 ? from : primary;
        NodeState old = from < 0 ? null : nodes.get(from);
        Observation end = old == null ? null : old.lastAsPrimary(); // it may be a standby by now
        Election election = judgement.election();
        return new PrimaryChange(
                name,
                from == primary ? -1 : from,
                primary,
                old == null ? "" : old.address().toString(),
                primary < 0 ? "" : nodes.get(primary).address().toString(),
                end == null ? 0 : end.timeline(),
                end == null ? 0 : end.lsn(),
                end == null ? 0 : end.startedNanos(),
                election.timeline(),
                election.forkLsn(),
                suspicion.awayNanos());
    }

    // --- suspicions ---------------------------------------------------------------------------

    @Override
    public void endsConnection(int node) {
        synchronized (this) {
            if (suspicion.endsTogether(node, clock.nanoTime())) {
                suspect(node);
            }
        }
        hint(node);
    }

    @Override
    public void refusedWrite(int node) {
        synchronized (this) {
            suspect(node);
        }
        hint(node);
    }

    private void suspect(int node) {
        if (node == topology.primary() && suspicion.begins(node, clock.nanoTime())) {
            isSearching = true;
            changes.get().suspected(name);
            watching.values().forEach(Monitor::hint);
        }
    }

    /** Whether nodes are polled more often, since no primary answers. */
    boolean isSearching() {
        return isSearching;
    }

    /** Checks whether a primary answers: ends a suspicion, or begins to poll more often. */
    private void notice(long now) {
        int primary = topology.primary();
        NodeState node = primary < 0 ? null : nodes.get(primary);
        Observation last = node == null ? null : node.last();
        boolean answers = node != null && last != null && node.failures == 0;
        long answered = answers && last != null ? last.startedNanos() : now - Suspicion.LASTS_NANOS;
        if (suspicion.ends(primary, answered, now)) {
            changes.get().trusted(name);
        }
        suspicion.notice(!answers || suspicion.isSuspected(), now);
        boolean searched = isSearching;
        isSearching = suspicion.searches(now) && isWatching();
        if (isSearching && !searched) {
            watching.values().forEach(Monitor::hint);
        }
    }

    /** Publishes snapshots periodically even if no node answers, because answers grow old. */
    private void tick() {
        while (ticker == Thread.currentThread()) {
            LockSupport.parkNanos(this, intervalNanos());
            publish(null);
        }
    }

    private void publish(@Nullable NodeState polled) {
        PrimaryChange change = null;
        synchronized (this) {
            int before = topology.primary();
            topology = judgement.topology(nodes, polled, settings, topology);
            if (before != topology.primary()) {
                change = change(before, topology.primary());
            }
            notice(clock.nanoTime());
            if (isWatching()) {
                state.put(name, judgement.election().known());
            }
        }
        if (change != null) {
            changes.get().primaryChanged(change);
            watching.values().forEach(Monitor::hint);
        }
        awaiting.forEach(Runnable::run);
    }

    /** Forgets the identity and the primary of the cluster. */
    void forgetPrimary() {
        synchronized (this) {
            judgement.election().forget();
        }
        publish(null);
        watching.values().forEach(Monitor::hint);
    }

    // --- readers of the state -----------------------------------------------------------------

    @Override
    public Topology topology() {
        return topology;
    }

    @Override
    public int primary() {
        return topology.primary();
    }

    @Override
    public ServerAddress address(int node) {
        return nodes.get(node).address();
    }

    @Override
    public void hint(int node) {
        Monitor monitor = monitor(node);
        if (monitor != null) {
            monitor.hint();
        }
    }

    private @Nullable Monitor monitor(int node) {
        return node < nodes.size() ? watching.get(nodes.get(node)) : null;
    }

    @Override
    public @Nullable String objection(int node, ServerIdentity found) {
        return topology.objection(node, found);
    }

    @Override
    public void identify(int node, Consumer<@Nullable ServerIdentity> told) {
        questions.add(node, clock.nanoTime(), told);
        if (monitor(node) == null) {
            questions.failed(node);
        }
        hint(node);
    }

    @Override
    public void await(Runnable wake) {
        awaiting.add(wake);
        List<Monitor> all = List.copyOf(watching.values());
        int first = all.isEmpty() ? 0 : monitors.random().nextInt(all.size());
        for (int i = 0;
                i < all.size();
                i++) { // a random order, or the same replica would always be first
            all.get((first + i) % all.size()).wake();
        }
    }

    @Override
    public void forget(Runnable wake) {
        awaiting.remove(wake);
    }

    boolean isAwaited() {
        return !awaiting.isEmpty();
    }

    @Override
    public @Nullable Functions functions() {
        return functions.known();
    }

    @Override
    public void wantFunctions() {
        functions.want();
    }

    @Override
    public void functionsChanged() {
        functions.changed();
    }

    @Override
    public @Nullable Patroni patroni() {
        List<URI> urls = settings.patroni();
        return urls.isEmpty() ? null : new Patroni(urls);
    }

    /** The current state of the configured nodes. */
    synchronized List<NodeReport> report() {
        List<NodeReport> reports = new ArrayList<>();
        Topology now = topology;
        for (NodeState node : nodes) {
            if (node.isConfigured && node.index() < now.nodes().size()) {
                Observation last = node.last();
                reports.add(
                        new NodeReport(
                                now.node(node.index()),
                                last != null && last.isInRecovery(),
                                last != null && last.isPaused(),
                                last != null,
                                node.error,
                                node.standby));
            }
        }
        return reports;
    }

    /** The standbys that follow the primary, as it reports them. */
    List<Standby> standbys() {
        int primary = topology.primary();
        Observation last = primary < 0 ? null : nodes.get(primary).last();
        return last == null ? List.of() : last.standbys();
    }

    /** Stops monitoring until it is configured again. */
    @Override
    public void close() {
        synchronized (this) {
            Thread ticking = ticker;
            ticker = null;
            LockSupport.unpark(ticking);
            functions.close();
            nodes.forEach(node -> node.isConfigured = false);
            judgement.isOver(true);
            watch();
        }
        publish(null);
    }
}
