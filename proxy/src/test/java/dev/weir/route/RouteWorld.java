package dev.weir.route;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weir.cluster.Node;
import dev.weir.cluster.Topology;
import dev.weir.config.CausalReads;
import dev.weir.config.NoReplica;
import dev.weir.config.PoolMode;
import dev.weir.config.Route;
import dev.weir.config.Routing;
import dev.weir.sql.Functions;
import dev.weir.sql.LexicalRules;
import dev.weir.sql.Texts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A session whose database has a primary, node 0, and a replica, node 1; both as they are told to
 * be. Its log stands at 1,000, which the replica has replayed.
 */
final class RouteWorld implements Surroundings {
    static final int PRIMARY = 0;
    static final int REPLICA = 1;
    static final long CAUSAL_WAIT_NANOS = 5_000_000;

    private static final int SEGMENT_BYTES = 16 << 20;
    private static final Texts TEXTS = new Texts(0);
    private static final Functions FUNCTIONS =
            Functions.builder()
                    .add("lower", false, true)
                    .add("my_volatile", true, false)
                    .addName("writing_view", "my_volatile", true, false)
                    .build();

    final Loads loads = new Loads();
    final CausalToken token = new CausalToken();
    private boolean isPrimaryAway;
    long now = 1_000_000_000;

    private PoolMode mode = PoolMode.TRANSACTION;
    private Routing database =
            new Routing(
                    Route.EXPLICIT, CausalReads.SESSION, Duration.ZERO, true, NoReplica.PRIMARY);
    private TransactionDefaults defaults = TransactionDefaults.NONE;
    private final List<Node> nodes = new ArrayList<>();
    private @Nullable Router router;
    private @Nullable Functions known = FUNCTIONS;

    RouteWorld() {
        primary(1_000);
        replica(1_000, true);
    }

    // --- how it is ------------------------------------------------------------------------------

    RouteWorld route(Route route) {
        database =
                new Routing(
                        route,
                        database.causalReads(),
                        database.causalWait(),
                        database.deferBegin(),
                        database.noReplica());
        return this;
    }

    RouteWorld waits() {
        database =
                new Routing(
                        database.route(),
                        database.causalReads(),
                        Duration.ofNanos(CAUSAL_WAIT_NANOS),
                        database.deferBegin(),
                        database.noReplica());
        return this;
    }

    RouteWorld defersNothing() {
        database =
                new Routing(
                        database.route(),
                        database.causalReads(),
                        database.causalWait(),
                        false,
                        database.noReplica());
        return this;
    }

    RouteWorld noReplica(NoReplica what) {
        database =
                new Routing(
                        database.route(),
                        database.causalReads(),
                        database.causalWait(),
                        database.deferBegin(),
                        what);
        return this;
    }

    RouteWorld notCausal() {
        database =
                new Routing(
                        database.route(),
                        CausalReads.OFF,
                        database.causalWait(),
                        database.deferBegin(),
                        database.noReplica());
        return this;
    }

    RouteWorld mode(PoolMode of) {
        mode = of;
        return this;
    }

    RouteWorld byDefault(boolean readOnly, boolean serializable) {
        defaults = new TransactionDefaults(readOnly, serializable);
        return this;
    }

    /** The primary is polled now, and its log is there. */
    RouteWorld primary(long lsn) {
        node(new Node(PRIMARY, "p:1", true, false, false, "primary", lsn, now, 0, 0, 1, 1, 0, 0));
        return this;
    }

    RouteWorld replica(long lsn, boolean eligible) {
        return replica(REPLICA, lsn, eligible);
    }

    RouteWorld replica(int index, long lsn, boolean eligible) {
        String why = eligible ? "" : "lags";
        long warm = now - 100_000_000_000L;
        node(
                new Node(
                        index,
                        "r:" + index,
                        false,
                        eligible,
                        true,
                        why,
                        lsn,
                        now,
                        0,
                        0,
                        1,
                        1,
                        0,
                        warm));
        return this;
    }

    private void node(Node node) {
        if (node.index() < nodes.size()) {
            nodes.set(node.index(), node);
        } else {
            nodes.add(node);
        }
    }

    /** The catalog of the database was not read. */
    RouteWorld nothingKnown() {
        known = null;
        return this;
    }

    /** The primary does not answer. */
    RouteWorld primaryAway() {
        isPrimaryAway = true;
        return this;
    }

    /** No node is known. */
    RouteWorld unseen() {
        nodes.clear();
        return this;
    }

    /** A commit has ended there, which the session must see. */
    RouteWorld written(long lsn) {
        token.sent(token.sending(), lsn, 1, now);
        return this;
    }

    RouteWorld after(long nanos) {
        now += nanos;
        return this;
    }

    @Override
    public Topology topology() {
        return new Topology(
                List.copyOf(nodes),
                nodes.isEmpty() ? -1 : PRIMARY,
                SEGMENT_BYTES,
                0,
                isPrimaryAway);
    }

    @Override
    public Routing database() {
        return database;
    }

    @Override
    public TransactionDefaults defaults() {
        return defaults;
    }

    // --- what its session does ------------------------------------------------------------------

    Router router() {
        Router known = router;
        if (known == null) {
            router = known = new Router(mode, this, loads, token, new Random(1), () -> now);
        }
        return known;
    }

    /** A lone Query of this text comes, and the session holds no connection. */
    Decision query(String text) {
        return router().begin(demand(known, true, text), true, now);
    }

    /** As {@link #query}, and the transaction begins where it goes. */
    Decision.Go runs(String text) {
        var go = (Decision.Go) query(text);
        start(text);
        return go;
    }

    /** The connection is here. Returns whether a BEGIN goes ahead. */
    boolean start(String text) {
        Demand demand = demand(text);
        boolean late = router().start(demand, router().place().node()) != null;
        if (!router().isOnReplica()) {
            router().writes(demand, late ? Standing.IN_BLOCK : Standing.BETWEEN);
        }
        return late;
    }

    /** A transaction of one text runs and is over. */
    Decision.Go ran(String text) {
        Decision.Go place = runs(text);
        release();
        return place;
    }

    /** The connection is given back; a commit is answered first, at this position. */
    void release(long lsn) {
        if (router().asksNow()) {
            answer(router().ask(), lsn);
        }
        router().release(now);
    }

    void release() {
        release(0);
    }

    static void answer(CommitWatch.Question question, long lsn) {
        question.result(lsn);
        question.succeeded();
    }

    // --- what it asks ---------------------------------------------------------------------------

    static Demand demand(String... texts) {
        return demand(FUNCTIONS, true, texts);
    }

    static Demand demand(@Nullable Functions functions, boolean complete, String... texts) {
        var demand = new Demand();
        demand.begin(functions);
        for (String text : texts) {
            byte[] bytes = text.getBytes(UTF_8);
            ByteBuf in = Unpooled.wrappedBuffer(bytes);
            demand.runs(TEXTS.access(in, 0, bytes.length, LexicalRules.STANDARD));
        }
        demand.end(complete);
        return demand;
    }
}
