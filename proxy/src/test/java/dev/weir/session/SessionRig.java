package dev.weir.session;

import dev.weir.backend.CancelSender;
import dev.weir.backend.ParameterSet;
import dev.weir.backend.ScriptedOpener;
import dev.weir.backend.ScriptedServer;
import dev.weir.cluster.Cluster;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.login.ClientHello;
import dev.weir.net.Clock;
import dev.weir.net.Origin;
import dev.weir.pool.ClientPool;
import dev.weir.pool.ClientShard;
import dev.weir.pool.Nodes;
import dev.weir.pool.Pools;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** Sessions on one loop, without a socket: their clients and servers do what a test says. */
@NullMarked
final class SessionRig implements AutoCloseable {
    private static final SessionLimits NO_LIMITS =
            new SessionLimits(Duration.ZERO, Duration.ZERO, false);

    /** A setting; if it is not given, the mode is that of transactions. */
    static final String SESSION_MODE = "pool_mode = session";

    private final MockTicker ticker = Ticker.newMockTicker();
    private final EmbeddedChannel loop = EmbeddedChannel.builder().ticker(ticker).build();
    private final ScriptedOpener opener = new ScriptedOpener(ticker);
    private final ArrayDeque<CancelSender.Done> cancels = new ArrayDeque<>();
    private final List<ScriptedClient> clients = new ArrayList<>();
    private final List<String> ends = new ArrayList<>();
    private final Pools pools;
    private final SessionContext context;
    private long ids;

    SessionRig(String... settings) {
        this("app = host=10.0.0.1", null, settings);
    }

    private SessionRig(String entry, @Nullable Both both, String... settings) {
        ticker.advance(1, TimeUnit.SECONDS); // a time of zero stands for never
        Config config = config(entry, settings);
        List<EventLoop> loops = List.of(loop.eventLoop());
        var clock = new Clock(ticker, InstantSource.system());
        var random = new Random(1);
        CancelSender sender = (_, _, _, _, done) -> cancels.add(done);
        Nodes nodes = both == null ? null : both.nodes;
        Cluster cluster = both == null ? null : both.cluster;
        pools = new Pools(config, opener, sender, loops, _ -> nodes, clock, random);
        context = new SessionContext(config, sender, loops, _ -> cluster, random, Runnable::run);
    }

    /** The entry has {@code nodes}, of which the cluster knows all. */
    static <C extends Cluster & Nodes> SessionRig with(
            String entry, C cluster, String... settings) {
        return new SessionRig(entry, new Both(cluster, cluster), settings);
    }

    /** The nodes, as sessions and pools see them. */
    private record Both(Cluster cluster, Nodes nodes) {}

    private static Config config(String entry, String... settings) {
        try {
            return Config.parse(
                    "test.ini",
                    """
                    [databases]
                    %s
                    [pgbouncer]
                    auth_type = any
                    monitor_user = eve
                    state_check = texts
                    listen = pin
                    """
                                    .formatted(entry)
                            + (List.of(settings).contains(SESSION_MODE)
                                    ? ""
                                    : "pool_mode = transaction\n")
                            + String.join("\n", settings));
        } catch (ConfigException e) {
            throw new IllegalArgumentException(e);
        }
    }

    SessionContext context() {
        return context;
    }

    // --- clients --------------------------------------------------------------------------------

    /** A client that has logged in with these startup parameters. */
    ScriptedClient login(Map<String, String> startup, @Nullable ByteBuf early) {
        var hello =
                new ClientHello(
                        ++ids,
                        "bob",
                        "app",
                        ParameterSet.of(startup),
                        2,
                        null,
                        Map.of(),
                        Origin.UNKNOWN);
        ClientShard shard = Objects.requireNonNull(pools.enter("app", "bob"));
        var port = new ScriptedPort();
        var session =
                new Session(
                        context,
                        port,
                        hello,
                        shard,
                        (one, reason) -> {
                            ends.add(reason);
                            shard.pool().leave(one.shard());
                        });
        session.start(early);
        run();
        var client = new ScriptedClient(this, port, session);
        clients.add(client);
        return client;
    }

    ScriptedClient login() {
        return login(Map.of(), null);
    }

    /** A client that was welcomed already, while no server connection is open. */
    ScriptedClient client() {
        return client(Map.of());
    }

    ScriptedClient client(Map<String, String> startup) {
        ParameterSet key = ParameterSet.of(startup).without("application_name");
        ClientShard shard = Objects.requireNonNull(pools.enter("app", "bob"));
        shard.pool().greeted(ParameterSet.EMPTY, ParameterSet.EMPTY);
        shard.pool().learnWelcome(key, ParameterSet.EMPTY, ParameterSet.EMPTY);
        shard.pool().leave(shard);
        ScriptedClient client = login(startup, null);
        client.told();
        return client;
    }

    /** The pool of all its clients. */
    ClientPool pool() {
        return pools.all().iterator().next();
    }

    /** Why sessions have ended, in their order. */
    List<String> ends() {
        return ends;
    }

    /** Ends the session if a time of its is up. */
    void expire(ScriptedClient client, SessionLimits limits) {
        client.session().expire(limits);
        run();
    }

    void expire(ScriptedClient client) {
        expire(client, NO_LIMITS);
    }

    // --- servers --------------------------------------------------------------------------------

    /** How many connections are being opened. */
    int opening() {
        run();
        return opener.pending();
    }

    /** Opens the connection that is asked for next. */
    ScriptedServer open() {
        run();
        ScriptedServer server = opener.next().succeeds();
        run();
        return server;
    }

    /** The server of the next connection cannot be reached. */
    void isUnreachable() {
        run();
        opener.next().isUnreachable();
        run();
    }

    /** The server refuses the login of the connection that is asked for next. */
    void isRefused() {
        run();
        opener.next().isRefused();
        run();
    }

    /** How many cancel requests are under way. */
    int cancels() {
        return cancels.size();
    }

    /** PostgreSQL has carried out the oldest of them. */
    void cancelsOne() {
        cancels.remove().done(true);
        run();
    }

    /** The client begins a block on the server, and writes. */
    ScriptedClient writes(ScriptedClient client, ScriptedServer server) {
        client.asks("BEGIN");
        answers(server, "BEGIN", 'T');
        client.asks("INSERT INTO t VALUES (1)");
        answers(server, "INSERT 0 1", 'T');
        server.received();
        client.told();
        return client;
    }

    /** Sends ReadyForQuery, after CommandComplete. */
    void answers(ScriptedServer server, String commandTag, char status) {
        server.sends('C', (commandTag + "\0").getBytes(StandardCharsets.US_ASCII));
        ready(server, status);
    }

    void ready(ScriptedServer server, char status) {
        server.sends('Z', new byte[] {(byte) status});
        run();
    }

    /** Sends ErrorResponse. */
    void raises(ScriptedServer server, String severity, String sqlState) {
        String fields = "S%s\0V%s\0C%s\0Mno\0\0".formatted(severity, severity, sqlState);
        server.sends('E', fields.getBytes(StandardCharsets.US_ASCII));
        run();
    }

    /** Lets time pass. */
    void pass(Duration time) {
        ticker.advance(time.toNanos(), TimeUnit.NANOSECONDS);
        context.onLoop(loop.eventLoop()).clock().advance();
        run();
    }

    /** Does what is due on all loops. */
    void run() {
        for (int i = 0; i < 10; i++) {
            loop.runPendingTasks();
            loop.runScheduledPendingTasks();
            opener.servers().forEach(ScriptedServer::run);
        }
    }

    /** Lets all clients go, and all servers. */
    @Override
    public void close() {
        clients.forEach(ScriptedClient::goes);
        opener.servers().forEach(ScriptedServer::vanishes);
        run();
    }
}
