package dev.weir.pool;

import dev.weir.backend.CancelSender;
import dev.weir.backend.ScriptedOpener;
import dev.weir.backend.ScriptedServer;
import dev.weir.backend.ServerIdentity;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.ServerAddress;
import dev.weir.net.Clock;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** Pools on loops and a clock that a test moves, over servers that it scripts. */
@NullMarked
public final class PoolRig {
    public static final String DATABASE = "app";
    static final String USER = "bob";

    private final MockTicker ticker = Ticker.newMockTicker();
    private final ScriptedOpener opener = new ScriptedOpener(ticker);
    private final List<EmbeddedChannel> loops = new ArrayList<>();
    private final ArrayDeque<CancelSender.Done> cancels = new ArrayDeque<>();
    private final Pools pools;
    private @Nullable ScriptedNodes nodes;

    /** Nodes whose primary a test appoints. */
    static final class ScriptedNodes implements Nodes {
        private final List<ServerAddress> addresses;
        private final List<Integer> hints = new ArrayList<>();
        private final List<Integer> ends = new ArrayList<>();
        private int primary;

        ScriptedNodes(List<ServerAddress> addresses, int primary) {
            this.addresses = addresses;
            this.primary = primary;
        }

        @Override
        public int primary() {
            return primary;
        }

        @Override
        public ServerAddress address(int node) {
            return addresses.get(node);
        }

        @Override
        public void hint(int node) {
            hints.add(node);
        }

        @Override
        public void endsConnection(int node) {
            ends.add(node);
        }

        @Override
        public @Nullable String objection(int node, ServerIdentity found) {
            return null;
        }

        @Override
        public void identify(int node, Consumer<@Nullable ServerIdentity> told) {
            throw new UnsupportedOperationException("servers of a script say who they are");
        }

        List<Integer> hints() {
            return hints;
        }

        /** The nodes whose servers have ended connections as if they went away. */
        List<Integer> ends() {
            return ends;
        }
    }

    private PoolRig(int loopCount, String entry, String... settings) {
        for (int i = 0; i < loopCount; i++) {
            loops.add(EmbeddedChannel.builder().ticker(ticker).build());
        }
        Config config = config(entry, settings);
        if (config.databases().getFirst().cluster() != null) {
            nodes = new ScriptedNodes(config.databases().getFirst().hosts(), 0);
        }
        pools =
                new Pools(
                        config,
                        opener,
                        (_, _, _, _, done) -> cancels.add(done),
                        loops.stream().map(EmbeddedChannel::eventLoop).toList(),
                        _ -> nodes,
                        new Clock(ticker, InstantSource.system()),
                        new Random(1));
        pools.start();
    }

    /** One loop, one database on one host. */
    public static PoolRig of(String... settings) {
        return new PoolRig(1, "app = host=10.0.0.1", settings);
    }

    /** One loop; {@code entry} is a line of {@code [databases]}, or several. */
    public static PoolRig with(String entry, String... settings) {
        return new PoolRig(1, entry, settings);
    }

    public static PoolRig onLoops(int count, String... settings) {
        return new PoolRig(count, "app = host=10.0.0.1", settings);
    }

    public static Config config(String entry, String... settings) {
        String text =
                "[databases]\n"
                        + entry
                        + "\n[pgbouncer]\nauth_type = any\nmonitor_user = eve\n"
                        + String.join("\n", settings);
        try {
            return Config.parse("test.ini", text);
        } catch (ConfigException e) {
            throw new IllegalArgumentException(e);
        }
    }

    public void reload(String entry, String... settings) {
        Config next = config(entry, settings);
        nodes = next.databases().getFirst().cluster() == null ? null : nodes;
        pools.prepare(next).run();
        run();
    }

    public Pools pools() {
        return pools;
    }

    public ScriptedOpener opener() {
        return opener;
    }

    ScriptedNodes nodes() {
        return Objects.requireNonNull(nodes);
    }

    /** Another node is the primary. */
    void promote(int node) {
        int before = nodes().primary;
        nodes().primary = node;
        pools.primaryChanged(DATABASE, before);
        run();
    }

    public long nanoTime() {
        return ticker.nanoTime();
    }

    /** A client that has come in. */
    Client client() {
        return client(DATABASE, USER);
    }

    Client client(String database, String user) {
        ClientShard shard = pools.enter(database, user);
        return new Client(this, Objects.requireNonNull(shard, database));
    }

    /** Opens the connection that is asked for next, with success. */
    public ScriptedServer open() {
        run();
        ScriptedServer server = opener.next().succeeds();
        run();
        return server;
    }

    /** Ends the oldest cancel request on its way. */
    void endCancel(boolean proven) {
        cancels.remove().done(proven);
        run();
    }

    public int cancels() {
        return cancels.size();
    }

    /** Closes the servers' ends of the connections that Weir has left. */
    public void closeLeft() {
        for (ScriptedServer server : opener.servers()) {
            if (server.isLeft() && !server.isClosed()) {
                server.vanishes();
            }
        }
        run();
    }

    /** Does what is due on all loops. */
    public void run() {
        for (int i = 0; i < 10; i++) { // one may have work for another
            for (EmbeddedChannel loop : loops) {
                loop.runPendingTasks();
                loop.runScheduledPendingTasks();
            }
        }
    }

    /** Lets time pass, in steps that no housekeeping misses. */
    public void pass(long millis) {
        for (long left = millis; left > 0; left -= 100) {
            ticker.advanceMillis(Math.min(left, 100));
            run();
            opener.servers().forEach(ScriptedServer::run);
        }
    }

    public List<EventLoop> loops() {
        return loops.stream().map(EmbeddedChannel::eventLoop).toList();
    }
}
