package dev.weir.sim;

import dev.weir.backend.Cancels;
import dev.weir.backend.Connector;
import dev.weir.backend.Credential;
import dev.weir.backend.FixedCredential;
import dev.weir.backend.ParameterSet;
import dev.weir.config.Config;
import dev.weir.config.SocketSettings;
import dev.weir.login.ClientHello;
import dev.weir.login.ClientLimits;
import dev.weir.net.Clock;
import dev.weir.net.NoNames;
import dev.weir.net.Origin;
import dev.weir.net.Sockets;
import dev.weir.pool.Pools;
import dev.weir.protocol.CancelKey;
import dev.weir.protocol.CancelSecret;
import dev.weir.session.SessionService;
import dev.weir.session.Sessions;
import dev.weir.tls.TlsPolicy;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.util.internal.OutOfDirectMemoryError;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One Weir without logins, its clients and its servers, all on one thread and one clock. */
final class World {
    private static final String DATABASE = "app";
    private static final Pattern LAST_NUMBER = Pattern.compile("[0-9c.]+$");

    /** What it takes at most until a world without trouble has come to rest. */
    private static final int REST_STEPS_MAX = 2_000_000;

    /** The same of a small one, in which the system refuses something. */
    private static final int QUIET_REST_STEPS_MAX = 100_000;

    private final long seed;
    private final boolean isTold;
    private final Dice dice;
    private final Rules rules;
    private final Schedule schedule;
    private final List<SimLoop> loops = new ArrayList<>();
    private final SimMemory alloc = new SimMemory(this);
    private final Faults refused;
    private final SimCluster cluster;
    private final Pools pools;
    private final Sessions sessions;
    private final SessionService service;
    private final Operator operator;
    private final Invariants invariants;
    private final List<Config> configs = new ArrayList<>();
    private final Set<SimClient> clients = new LinkedHashSet<>();
    private final Map<String, Integer> errors = new TreeMap<>();
    private int peers;
    private int channels;
    private int channelsMade;
    private int serverChannels;
    private int cancelChannels;
    private boolean isEnding;
    private @Nullable String failure;

    /**
     * A world at its beginning.
     *
     * @param isTold whether every message is printed
     */
    World(long seed, boolean isTold) {
        this(seed, new Dice(seed), isTold);
    }

    private World(long seed, Dice dice, boolean isTold) {
        this(seed, dice, Rules.of(dice), Faults.NONE, isTold);
    }

    /** A world of known rules, in which the system refuses something. */
    World(long seed, Rules rules, Faults refused) {
        this(seed, new Dice(seed), rules, refused, false);
    }

    private World(long seed, Dice dice, Rules rules, Faults refused, boolean isTold) {
        this.isTold = isTold;
        this.seed = seed;
        this.dice = dice;
        this.rules = rules;
        this.refused = refused;
        this.schedule = new Schedule(dice);
        for (int i = 0; i < rules.loops(); i++) {
            loops.add(new SimLoop(schedule, i));
        }
        configs.add(rules.config(rules.poolSize()));
        configs.add(rules.config(Math.max(1, rules.poolSize() / 2)));
        configs.add(rules.config(rules.poolSize() + 2));
        Config config = configs.getFirst();
        List<EventLoop> all = List.copyOf(loops);
        this.cluster = new SimCluster(this, config.databases().getFirst().hosts());
        var clock = new Clock(schedule, World::timeOfDay);
        var cancels = new Cancels(new Wires(open -> cancelChannels += open), () -> TlsPolicy.NONE);
        var connector =
                new Connector(
                        new Wires(open -> serverChannels += open),
                        new FixedCredential(
                                Credential.None.because(
                                        "the servers of a simulation ask for none")),
                        NoNames.but(config, loops.getFirst(), this::lookUp),
                        () -> TlsPolicy.NONE);
        boolean isAlone = cluster.isAlone();
        this.pools =
                new Pools(
                        config,
                        connector,
                        cancels,
                        all,
                        _ -> isAlone ? null : cluster,
                        clock,
                        dice);
        this.sessions =
                new Sessions(
                        config, cancels, all, _ -> isAlone ? null : cluster, dice, Runnable::run);
        this.service = new SessionService(config, pools, sessions, new ClientLimits());
        this.operator = new Operator(this);
        this.invariants = new Invariants(this, pools, sessions);
        cluster.watch();
        pools.start();
        for (int i = 0; i < rules.clients(); i++) {
            schedule.afterMillis(dice.below(300), this::arrive);
        }
        operator.start();
    }

    // --- running ------------------------------------------------------------------------------

    /** Makes some steps, and then comes to rest. */
    void run(long steps) {
        try {
            for (long i = 0; i < steps; i++) {
                step();
            }
            rest();
        } catch (RuntimeException | AssertionError | OutOfDirectMemoryError e) {
            throw e instanceof SimulationFailure known ? known : failed(e.toString(), e);
        }
    }

    private void step() {
        if (strikes(Faults.Place.STANDSTILL, null)) {
            schedule.standsStill(Faults.STANDSTILL_NANOS);
        }
        if (!schedule.step()) {
            fails("nothing will ever happen again");
        }
        invariants.step();
        if (failure != null) {
            throw failed(failure, null);
        }
    }

    /** Everybody leaves, and nothing may be left. */
    private void rest() {
        isEnding = true;
        operator.end();
        until("a client does not leave", clients::isEmpty);
        until("not all is given back", invariants::isAtRest);
        pools.close();
        until(
                "not all is closed",
                () -> serverChannels == 0 && cancelChannels == 0 && channels == 0);
        invariants.end();
        if (alloc.used() != 0) {
            fails(alloc.used() + " bytes of buffers were not released");
        }
        loops.forEach(SimLoop::end);
    }

    private void until(String otherwise, BooleanSupplier condition) {
        int most = refused.areThere() ? QUIET_REST_STEPS_MAX : REST_STEPS_MAX;
        for (int i = 0; !condition.getAsBoolean(); i++) {
            if (i % 1_000 == 0) {
                List.copyOf(clients).forEach(SimClient::hurry);
            }
            if (i > most) {
                fails(otherwise + ": " + clients + " " + invariants);
            }
            step();
        }
    }

    /** Ends the simulation with what is wrong. */
    void fails(String what) {
        throw failed(what, null);
    }

    /** Ends the simulation after this step. */
    void failsSoon(String what) {
        failure = what;
    }

    private SimulationFailure failed(String what, @Nullable Throwable cause) {
        return new SimulationFailure(seed, schedule.steps(), what + " in " + rules, cause);
    }

    // --- what its parts need ------------------------------------------------------------------

    Dice dice() {
        return dice;
    }

    Schedule schedule() {
        return schedule;
    }

    Rules rules() {
        return rules;
    }

    SimCluster cluster() {
        return cluster;
    }

    SimMemory alloc() {
        return alloc;
    }

    Faults refused() {
        return refused;
    }

    /** Whether the system refuses this call of Weir's, which is about {@code channel} if known. */
    boolean strikes(Faults.Place place, @Nullable SimChannel channel) {
        return refused.strikes(
                place,
                schedule.nanoTime(),
                () ->
                        new Faults.State(
                                channel == null ? "" : channel.state(), invariants.poolState()));
    }

    int peers() {
        return peers;
    }

    int nextPeer() {
        return ++peers;
    }

    int serverChannels() {
        return serverChannels;
    }

    int clients() {
        return clients.size();
    }

    Map<String, Integer> errors() {
        return errors;
    }

    boolean faults() {
        return rules.faults() && !isEnding;
    }

    /** Whether nothing goes wrong, and who is in a block has a server. */
    boolean isCalm() {
        return !rules.faults() && rules.nodes() == 1 && !refused.areThere();
    }

    /** Whether a connection that is being opened may have no channel yet, or none any more. */
    boolean mayLackChannels() {
        return rules.names();
    }

    boolean hasTransactions() {
        return !rules.mode().equals("statement");
    }

    boolean mayListen() {
        return rules.mode().equals("transaction");
    }

    int extendedPercent() {
        return rules.extendedPercent();
    }

    int thinkMillisMax() {
        return isEnding ? 10 : rules.thinkMillisMax();
    }

    void saw(String severity, String sqlState, String text) {
        String kind = severity + " " + sqlState + " " + LAST_NUMBER.matcher(text).replaceAll("");
        errors.merge(kind, 1, Integer::sum);
        if (sqlState.equals("XX000") || text.contains("protocol")) {
            fails("a client was told " + sqlState + " " + text);
        }
    }

    /** Whether every message is to be printed. */
    boolean isTold() {
        return isTold;
    }

    void tell(Peer who, String verb, byte[] bytes) {
        String text = Peer.text(bytes, 0, Math.min(bytes.length, 300));
        System.out.printf(
                "%d %s %s %s%n",
                schedule.steps(), who, verb, text.replaceAll("[^\\x20-\\x7e]+", "·"));
    }

    void committed(SimServer server, List<int[]> written) {
        cluster.committed(server, written);
    }

    void rewinds(Store store) {
        clients.forEach(client -> client.knows(store.value(client.number())));
    }

    void primaryChanged(int before) {
        invariants.waitersMove();
        pools.primaryChanged(DATABASE, before);
    }

    // --- connections --------------------------------------------------------------------------

    private final class Wires implements Sockets {
        private final IntConsumer count;

        Wires(IntConsumer count) {
            this.count = count;
        }

        @Override
        public ChannelFactory<Channel> towards(SocketAddress address) {
            return () -> {
                if (strikes(Faults.Place.SOCKET, null)) {
                    throw Faults.Place.SOCKET.noChannel();
                }
                var channel = new SimChannel(World.this, ++channelsMade);
                count.accept(1);
                channels++;
                channel.closeFuture().addListener(_ -> count.accept(-1));
                return channel;
            };
        }

        @Override
        public SocketAddress unixAddress(String path) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Map<ChannelOption<?>, Object> tcpOptions(SocketSettings settings) {
            return Map.of();
        }
    }

    /** A channel of Weir's wants to a server. */
    void connects(SimChannel channel, SocketAddress to) {
        int node = ((InetSocketAddress) to).getAddress().getAddress()[3] - 1;
        cluster.servers().get(node).connect(channel);
    }

    void closed(SimChannel channel) {
        channels--;
    }

    /** The addresses of a name: db1 is 127.0.0.1. */
    private CompletableFuture<List<InetAddress>> lookUp(String name) {
        if (strikes(Faults.Place.LOOKUP, null)) {
            return CompletableFuture.failedFuture(Faults.Place.LOOKUP.failure());
        }
        String number = name.substring(name.length() - 1);
        return CompletableFuture.completedFuture(
                List.of(InetAddress.ofLiteral("127.0.0." + number)));
    }

    /** Whatever becomes of a client or of a connection, the time of day has no part in it. */
    private static Instant timeOfDay() {
        throw new AssertionError("somebody looks what time it is");
    }

    // --- clients ------------------------------------------------------------------------------

    private void arrive() {
        if (isEnding) {
            return;
        }
        Map<String, String> startup = dice.oneIn(3) ? Map.of("work_mem", "16MB") : Map.of();
        var client = new SimClient(this, startup);
        clients.add(client);
        channels++;
        var channel = new SimChannel(this, ++channelsMade, client);
        channel.config().setAutoRead(false);
        var hello =
                new ClientHello(
                        client.number(),
                        dice.oneIn(3) ? "bob" : "alice",
                        DATABASE,
                        ParameterSet.of(startup),
                        dice.nextBoolean() ? 0 : 2,
                        null,
                        Map.of(),
                        Origin.tcp(new InetSocketAddress(1)));
        SimLoop loop = loops.get(dice.below(loops.size()));
        schedule.run(
                loop,
                () -> {
                    loop.register(channel);
                    if (channel.isOpen()) {
                        service.enter(channel, hello, null);
                    }
                });
    }

    void left(SimClient client) {
        clients.remove(client);
        schedule.afterMillis(dice.below(200), this::arrive);
    }

    /** Somebody's request is cancelled, as a login that is a CancelRequest does. */
    void cancelSomebody() {
        for (SimClient client : clients) {
            if (client.mayCancel() && dice.oneIn(3)) {
                client.cancels();
                var key = new CancelKey(client.processId(), CancelSecret.copyOf(client.secret()));
                SimLoop loop = loops.get(dice.below(loops.size()));
                schedule.run(loop, () -> cancel(key, client));
                return;
            }
        }
    }

    private void cancel(CancelKey key, SimClient by) {
        if (!sessions.cancel(key, by::cancelIsOver)) {
            by.cancelIsOver();
        }
    }

    // --- the operator -------------------------------------------------------------------------

    Pools pools() {
        return pools;
    }

    void gateMoves() {
        invariants.gateMoves();
    }

    void reload() {
        Config next = configs.get(dice.below(configs.size()));
        Runnable first = pools.prepare(next);
        Runnable second = sessions.prepare(next);
        Runnable third = service.prepare(next);
        first.run();
        second.run();
        third.run();
    }
}
