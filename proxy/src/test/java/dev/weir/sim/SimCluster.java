package dev.weir.sim;

import dev.weir.backend.ServerIdentity;
import dev.weir.cluster.Cluster;
import dev.weir.cluster.Node;
import dev.weir.cluster.Topology;
import dev.weir.config.ServerAddress;
import dev.weir.pool.Nodes;
import dev.weir.sql.Functions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The nodes of a world as Weir sees them: now and then somebody looks, as a monitor does. */
final class SimCluster implements Cluster, Nodes {
    /** One commit: who wrote what, and where the log was afterwards. */
    private record Commit(long lsn, int client, int value) {}

    /** What has become of a write. */
    private enum End {
        COMMITTED,
        /** It was committed, and a failover has lost it: its client may be told either. */
        LOST,
        /** Its client was told that it is not there. */
        ROLLED_BACK
    }

    private final World world;
    private final List<SimServer> servers = new ArrayList<>();
    private final List<ServerAddress> addresses;
    private final List<Commit> log = new ArrayList<>();
    private final int[] replayed;

    /** What has become of each write, by client and value. */
    private final Map<String, End> ends = new HashMap<>();

    private final Set<Runnable> awaiting = new LinkedHashSet<>();
    private final boolean[] isOut;
    private Topology topology = new Topology(List.of(), -1, 16 << 20);
    private int primary;
    private int timeline = 1;
    private final Xids xids = new Xids();
    private long movedNanos = Long.MIN_VALUE;

    SimCluster(World world, List<ServerAddress> addresses) {
        this.world = world;
        this.addresses = addresses;
        this.replayed = new int[addresses.size()];
        this.isOut = new boolean[addresses.size()];
        for (int i = 0; i < addresses.size(); i++) {
            var store = new Store();
            store.lsn = 1 << 20;
            store.isReplica = i != primary;
            servers.add(new SimServer(world, i, store));
        }
    }

    List<SimServer> servers() {
        return servers;
    }

    boolean isAlone() {
        return servers.size() == 1;
    }

    // --- what is written ----------------------------------------------------------------------

    /** What the primary has for a client. */
    int value(int client) {
        return servers.get(primary).store.value(client);
    }

    /** Notes the end of a write, of which there is one. */
    private void ends(int client, int value, End how) {
        End before = ends.put(key(client, value), how);
        boolean isSame = before == End.ROLLED_BACK && how == End.ROLLED_BACK;
        if (before != null && before != End.LOST && !isSame) {
            world.fails("client " + client + ": " + value + " is " + how + ", and was " + before);
        }
    }

    private static String key(int client, int value) {
        return client + "." + value;
    }

    /** A client was told that what it wrote is not there. */
    void toldRolledBack(int client, int value) {
        ends(client, value, End.ROLLED_BACK);
    }

    /** A client was told that what it wrote is there. */
    void toldCommitted(int client, int value) {
        End end = ends.get(key(client, value));
        if (end != End.COMMITTED && end != End.LOST) {
            world.fails("client " + client + ": is told that " + value + " is there: " + end);
        }
    }

    void committed(SimServer server, List<int[]> written) {
        if (server.index != primary) { // it was the primary when the transaction began
            written.forEach(one -> ends.put(key(one[0], one[1]), End.LOST));
            return;
        }
        long lsn = server.store.lsn + Xids.COMMIT_BYTES;
        server.store.lsn = lsn;
        for (int[] one : written) {
            ends(one[0], one[1], End.COMMITTED);
            server.store.set(one[0], one[1]);
            log.add(new Commit(lsn, one[0], one[1]));
        }
        replayed[primary] = log.size();
        for (SimServer replica : servers) {
            if (replica.index != primary) {
                int most = world.dice().oneIn(10) ? 600_000 : 2_000;
                world.schedule().after(world.dice().below(most) * 1_000L, () -> replay(replica));
            }
        }
    }

    /** The numbers of transactions, on the timeline that the primary has. */
    Xids xids() {
        return xids;
    }

    int timeline() {
        return timeline;
    }

    private void replay(SimServer replica) {
        if (replica.index == primary) {
            return;
        }
        while (replayed[replica.index] < log.size()) {
            Commit next = log.get(replayed[replica.index]++);
            replica.store.set(next.client, next.value);
            replica.store.lsn = next.lsn;
        }
    }

    // --- what changes -------------------------------------------------------------------------

    /** Somebody looks at the nodes, now and again and again. */
    void watch() {
        look();
        world.schedule().afterMillis(world.dice().between(20, 200), this::watch);
    }

    void look() {
        if (isAlone()) {
            return;
        }
        List<Node> nodes = new ArrayList<>();
        for (SimServer server : servers) {
            boolean isPrimary = server.index == primary;
            boolean isDown = !isThere(server);
            nodes.add(
                    new Node(
                            server.index,
                            "node" + server.index,
                            isPrimary,
                            !isPrimary && !isOut[server.index] && !isDown,
                            !isPrimary,
                            isOut[server.index] ? "it is out" : "",
                            server.store.lsn,
                            world.schedule().nanoTime(),
                            0,
                            0,
                            timeline,
                            1,
                            1_000_000,
                            1));
        }
        int before = topology.primary();
        boolean isUp = isThere(servers.get(primary));
        topology = new Topology(nodes, isUp ? primary : -1, 16 << 20, SimServer.CLUSTER, false);
        if (before != topology.primary()) {
            world.primaryChanged(before);
        }
        List.copyOf(awaiting).forEach(Runnable::run);
    }

    private static boolean isThere(SimServer server) {
        return switch (server.mode()) {
            case REFUSING, ROGUE -> false;
            default -> true;
        };
    }

    /** A replica comes or goes. */
    void turnOver() {
        int node = world.dice().below(servers.size());
        isOut[node] = !isOut[node];
        look();
    }

    void allIn() {
        java.util.Arrays.fill(isOut, false);
        look();
    }

    /** Another node becomes the primary, perhaps one that has not all. */
    void moves() {
        int next = world.dice().below(servers.size());
        if (next == primary || isAlone()) {
            return;
        }
        SimServer old = servers.get(primary);
        SimServer young = servers.get(next);
        old.crash(world.dice().nextBoolean());
        if (world.dice().nextBoolean()) {
            replay(young);
        }
        while (log.size() > replayed[next]) {
            Commit lost = log.removeLast();
            ends.put(key(lost.client, lost.value), End.LOST);
        }
        primary = next;
        movedNanos = world.schedule().nanoTime();
        timeline++;
        xids.promotedAt(young.store.lsn);
        young.store.isReplica = false;
        old.store.isReplica = true;
        for (SimServer server : servers) {
            server.crash(true);
            if (server != young) {
                copy(young.store, server.store);
                replayed[server.index] = log.size();
            }
        }
        world.rewinds(young.store);
        if (world.dice().nextBoolean()) {
            look();
        }
    }

    /**
     * Whether Weir may have taken a node for the primary that was none any more, when a transaction
     * began.
     */
    boolean mayMistakeThePrimary(long begunNanos) {
        return timeline > 1
                && (world.rules().mode().equals("session")
                        || begunNanos - movedNanos < 1_000_000_000);
    }

    private void copy(Store from, Store to) {
        to.lsn = from.lsn;
        for (int client = 0; client < world.peers(); client++) {
            to.set(client, from.value(client));
        }
    }

    // --- what Weir asks -----------------------------------------------------------------------

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
        return addresses.get(node);
    }

    @Override
    public void hint(int node) {
        world.schedule().afterMillis(1, this::look);
    }

    @Override
    public @Nullable String objection(int node, ServerIdentity found) {
        return topology.objection(node, found);
    }

    @Override
    public void identify(int node, Consumer<@Nullable ServerIdentity> told) {
        int millis = world.dice().between(1, 20);
        world.schedule().afterMillis(millis, () -> told.accept(identity(node)));
    }

    /** What somebody finds who looks at a node now. */
    private @Nullable ServerIdentity identity(int node) {
        SimServer server = servers.get(node);
        boolean isReplica = server.store.isReplica;
        return switch (server.mode()) {
            case UP, ROGUE ->
                    new ServerIdentity(
                            server.systemIdentifier(), isReplica ? 0 : timeline, isReplica);
            default -> null;
        };
    }

    @Override
    public void await(Runnable wake) {
        awaiting.add(wake);
        world.schedule().afterMillis(2, this::look);
    }

    @Override
    public void forget(Runnable wake) {
        awaiting.remove(wake);
    }

    @Override
    public @Nullable Functions functions() {
        return null;
    }

    @Override
    public void wantFunctions() {}

    @Override
    public void functionsChanged() {}
}
